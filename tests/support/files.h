#pragma once
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

#include "kernels/support/files.h"

namespace tutti::test {

/// A new empty folder, removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tutti-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Writes a file, in folders made for it.
inline void put_file(const std::filesystem::path& path, const std::string& contents) {
  std::filesystem::create_directories(path.parent_path());
  write_file(path, contents);
}

/// A file or folder of the golden numbers, which stand beside the scripts that made them.
inline std::filesystem::path golden(const std::filesystem::path& name) {
  return std::filesystem::path(TUTTI_SOURCE_DIR) / "tests" / "golden" / name;
}

/// Real music data: $TUTTI_DATA or ../shared/data. Nothing, and a line that says SKIPPED, if it is
/// not there.
inline std::optional<std::filesystem::path> real_data(const std::filesystem::path& name) {
  const char* folder = std::getenv("TUTTI_DATA");
  const auto path = (folder ? std::filesystem::path(folder)
                            : std::filesystem::path(TUTTI_SOURCE_DIR) / "../shared/data") /
                    name;
  if (std::filesystem::exists(path)) return path;
  std::cout << "SKIPPED: no " << path.lexically_normal().string() << " (set TUTTI_DATA)\n";
  return std::nullopt;
}

}  // namespace tutti::test
