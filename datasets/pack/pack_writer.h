#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "datasets/pack/pack.h"

namespace tutti {

/// Writes a pack example after example, of which it keeps nothing. Errors name the place that the
/// file is to take.
class PackWriter {
 public:
  PackWriter(const std::filesystem::path& file, std::filesystem::path place);

  /// More data, behind those before.
  void add(std::string_view bytes);
  /// All that is left; the size of the file. An Error if a name holds a NUL.
  std::uint64_t finish(const PackIndex& index);

 private:
  void write(std::string_view bytes);
  void expect_written() const;

  std::ofstream file_;
  std::filesystem::path place_;
  std::uint64_t data_bytes_ = 0;
  std::vector<std::uint64_t> checksums_;
};

}  // namespace tutti
