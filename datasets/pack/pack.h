#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/media_files.h"
#include "datasets/pictures.h"
#include "engine/tensor.h"
#include "kernels/support/enum_names.h"

/// A data set in one file that is mapped, not read; docs/pack.md has its format.
namespace tutti {

enum class PackKind { pictures, songs, table };
template <>
inline constexpr EnumNames<PackKind> enum_names<PackKind> = {
    "a kind of pack",
    {{PackKind::pictures, "pictures"}, {PackKind::songs, "songs"}, {PackKind::table, "table"}}};

/// What a pack holds beside its data. Shapes and hashes are of pictures and songs alone, which have
/// one of each.
struct PackIndex {
  struct PictureShape {
    std::int32_t rows, columns;
  };

  PackKind kind = PackKind::pictures;
  std::vector<std::string> classes;  // UTF-8
  std::vector<std::string> names;    // any bytes but NUL; of pictures and songs, each another
  std::vector<std::int32_t> labels;  // index into classes, one per name
  std::vector<PictureShape> shapes;
  std::vector<std::uint64_t> hashes;  // see DecodedClip
  std::vector<BadFile> left_out;
  nlohmann::json notes;  // see Notes; null if there are none
};

struct Pack {
  std::filesystem::path path;
  PackIndex index;
  Tensor data;  // uint8 [bytes], mapped: pictures frame by frame, or rows of float32
  std::vector<std::uint64_t> checksums;  // of every 64 MiB of it
};

/// Whether a file begins as packs do; false if there is none.
bool is_pack(const std::filesystem::path& path);

/// Opens a pack and checks all of it but the data. An Error names the file and says what is wrong.
Pack open_pack(const std::filesystem::path& path);

/// Reads the data too. An Error names the first stretch that is not what was packed.
void check_data(const Pack& pack, const Progress& progress = {});

}  // namespace tutti
