#include "models/run/checksums.h"

#include <zlib.h>

#include <array>
#include <cstdio>
#include <memory>
#include <set>

#include "kernels/support/error.h"
#include "models/run/file.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

bool has_checksum(const fs::path& file) {
  static const std::set<std::string> tables = {"split.csv", "history.csv", "metrics.json",
                                               "predictions.csv", "confusion.csv"};
  return file.extension() == ".h5" || tables.contains(file.filename().string());
}

}  // namespace

std::string checksum(const fs::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (!file) throw Error(path.string(), ": cannot be read");
  std::array<unsigned char, 1 << 16> part;
  uLong crc = ::crc32(0, nullptr, 0);
  while (const auto bytes = std::fread(part.data(), 1, part.size(), file.get()))
    crc = ::crc32(crc, part.data(), static_cast<uInt>(bytes));
  if (std::ferror(file.get())) throw Error(path.string(), ": cannot be read");
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08lx", crc);
  return digits;
}

Checksums checksums_of(const fs::path& folder) {
  Checksums all;
  for (const auto& entry : fs::directory_iterator(folder))
    if (has_checksum(entry.path())) all[entry.path().filename().string()] = checksum(entry.path());
  return all;
}

void expect_own_files(const RunFile& run) {
  for (const auto& [name, expected] : run.checksums)
    if (const fs::path file = run.folder / name; fs::exists(file) && checksum(file) != expected)
      throw Error(file.string(),
                  ": is not the file that the run's training wrote, by its checksum in run.json: "
                  "it is damaged or of another run. To use it all the same, remove \"",
                  name, "\" from \"checksums\" there");
}

}  // namespace tutti
