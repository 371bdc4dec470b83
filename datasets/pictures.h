#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/media_files.h"
#include "engine/tensor.h"

namespace tutti {

/// Spectrograms in memory: gray, 127 × 2900, time first.
struct Pictures {
  std::vector<std::filesystem::path> paths;  // of those that could be read, in the order given
  Tensor pixels;                             // uint8 [n, 2900, 127, 1]
  std::vector<BadFile> bad;
  std::string fingerprint;  // 16 hex digits of names and contents of those read; order matters
};

using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Decodes picture files in parallel (PNG, JPEG, BMP; 8 or 16 bits; gray, color or alpha). Color
/// becomes gray, other sizes are resized to 127 × 2900. Pictures that cannot be used are listed in
/// `bad`, never thrown. `progress` is called from one thread at a time. Paths start at `root`,
/// which stands in neither names nor fingerprint.
Pictures load_pictures(const std::vector<std::filesystem::path>& paths,
                       const Progress& progress = {}, const std::filesystem::path& root = {});

/// The bytes of a picture file. An Error says why there are none, but not of which file.
std::string read_picture_file(const std::filesystem::path& path);

}  // namespace tutti
