#include "datasets/pack/unpack.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "datasets/fingerprint.h"
#include "datasets/genre_tree.h"
#include "datasets/picture.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void not_wanted(const Pack& pack, const char* wanted) {
  const bool table = pack.index.kind == PackKind::table;
  throw Error(pack.path.string(), " is a pack of ", table ? "a " : "", name(pack.index.kind), "; ",
              wanted);
}

/// Where each picture's levels begin.
std::vector<const std::uint8_t*> levels_of(const Pack& pack) {
  const auto* level = pack.data.data<std::uint8_t>();
  std::vector<const std::uint8_t*> begins;
  for (const auto [rows, columns] : pack.index.shapes) {
    begins.push_back(level);
    level += std::int64_t{rows} * columns;
  }
  return begins;
}

std::vector<fs::path> paths_of(const Pack& pack) {
  return {pack.index.names.begin(), pack.index.names.end()};
}

/// As load_pictures and load_clips make it.
std::string fingerprint_of_pictures(const Pack& pack) {
  std::uint64_t fingerprint = fnv_start;
  for (const auto hash : pack.index.hashes) fingerprint = (fingerprint ^ hash) * fnv_prime;
  return hex(fingerprint);
}

bool of_one_height(const PackIndex& index) {
  return std::ranges::all_of(index.shapes,
                             [&](const auto& shape) { return shape.rows == index.shapes[0].rows; });
}

Clips mapped_clips(const Pack& pack) {
  Clips clips;
  clips.paths = paths_of(pack);
  std::int64_t frames = 0;
  for (const auto& shape : pack.index.shapes) {
    clips.spans.push_back({frames, shape.columns});
    frames += shape.columns;
  }
  clips.frames = pack.data.reshape({frames, pack.index.shapes[0].rows});
  clips.fingerprint = fingerprint_of_pictures(pack);
  return clips;
}

Clips copied_clips(const Pack& pack) {
  const auto levels = levels_of(pack);
  std::vector<DecodedClip> decoded;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto [rows, columns] = pack.index.shapes[i];
    decoded.push_back({picture_of(levels[i], rows, columns), pack.index.hashes[i], {}});
  }
  return joined_clips(paths_of(pack), std::move(decoded));
}

/// The labels of the clips that are used, which are in the pack's order.
std::vector<std::int32_t> labels_of(const Clips& clips, const PackIndex& index) {
  std::vector<std::int32_t> labels;
  std::size_t row = 0;
  for (const auto& path : clips.paths) {
    while (path != index.names[row]) ++row;
    labels.push_back(index.labels[row++]);
  }
  return labels;
}

}  // namespace

SpectrogramTree unpack_pictures(const Pack& pack) {
  const PackIndex& index = pack.index;
  if (index.kind != PackKind::pictures)
    not_wanted(pack, "pictures are wanted, a tree or a pack of it");
  const auto n = std::ssize(index.names);
  const Shape shape{n, picture_times, picture_frequencies, 1};
  const bool as_they_are = std::ranges::all_of(index.shapes, [](const auto& one) {
    return one.rows == picture_frequencies && one.columns == picture_times;
  });
  SpectrogramTree tree{index.classes,
                       {paths_of(pack), as_they_are ? pack.data.reshape(shape) : Tensor(),
                        index.left_out, fingerprint_of_pictures(pack)},
                       index.labels};
  if (as_they_are) return tree;
  tree.pictures.pixels = Tensor::empty(shape, DType::uint8, Device::cpu);
  auto* const pixels = tree.pictures.pixels.data<std::uint8_t>();
  const auto levels = levels_of(pack);
  parallel_for(n, [&](std::int64_t i) {
    const auto [rows, columns] = index.shapes[static_cast<std::size_t>(i)];
    write_time_first(picture_of(levels[static_cast<std::size_t>(i)], rows, columns),
                     pixels + i * picture_times * picture_frequencies);
  });
  return tree;
}

ClipTree unpack_clips(const Pack& pack, bool skip_bad) {
  const PackIndex& index = pack.index;
  if (index.kind == PackKind::table)
    not_wanted(pack, "pictures or songs are wanted, a tree or a pack of it");
  const bool whole = of_one_height(index);
  ClipTree tree{index.classes, whole ? mapped_clips(pack) : copied_clips(pack), index.labels};
  if (!whole) {
    tree.labels = labels_of(tree.clips, index);
    expect_usable(pack.path, tree.genres, tree.labels, tree.clips.bad, skip_bad, Media::pictures);
  }
  auto& bad = tree.clips.bad;
  bad.insert(bad.end(), index.left_out.begin(), index.left_out.end());
  std::ranges::stable_sort(bad, {}, &BadFile::path);
  return tree;
}

FeatureTable unpack_table(const Pack& pack, FeatureSet set) {
  const PackIndex& index = pack.index;
  if (index.kind != PackKind::table)
    not_wanted(pack, "a table of features is wanted, a CSV file or a pack of it");
  const std::int64_t n = std::ssize(index.names), columns = std::ssize(feature_names(set)),
                     packed = pack.data.size() / n / static_cast<std::int64_t>(sizeof(float));
  if (packed != columns)
    throw Error(pack.path.string(), " holds ", packed, " columns, the set ", name(set), " has ",
                columns);
  FeatureTable table;
  table.set = set;
  table.names = index.names;
  table.values = Tensor::empty({n, columns}, DType::float32, Device::cpu);
  auto* const values = table.values.data<float>();
  std::memcpy(values, pack.data.data<std::uint8_t>(), static_cast<std::size_t>(pack.data.size()));
  for (std::int64_t i = 0; i < n * columns; ++i)
    if (!std::isfinite(values[i]))
      throw Error(pack.path.string(), ", row ", i / columns, ": column '",
                  feature_names(set)[static_cast<std::size_t>(i % columns)],
                  "' holds no finite number");
  table.classes = index.classes;
  table.labels = index.labels;
  return table;
}

}  // namespace tutti
