#include "models/comparison.h"

#include <algorithm>
#include <numeric>

#include "datasets/audio/song_features.h"
#include "datasets/audio/songs.h"
#include "datasets/genre_tree.h"
#include "datasets/picture.h"
#include "datasets/song_pictures.h"
#include "datasets/splits/clip_names.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t picture_size = picture_times * picture_frequencies;

Tensor no_pictures(std::size_t n) {
  return Tensor::zeros({static_cast<std::int64_t>(n), picture_times, picture_frequencies, 1},
                       DType::uint8, Device::cpu);
}

/// A table of the clips whose values are still to be found.
FeatureTable empty_table(const ComparisonData& data) {
  const auto n = std::ssize(data.names);
  return {data.names,
          Tensor::zeros({n, std::ssize(feature_names())}, DType::float32, Device::cpu),
          data.tree.genres,
          data.tree.labels,
          FeatureSet::librosa,
          data.tree.clips.fingerprint};
}

void read_songs_of(const fs::path& root, ComparisonData& data, const Progress& progress) {
  data.features = empty_table(data);
  std::vector<fs::path> files;
  for (const auto& path : data.tree.clips.paths) files.push_back(root / path);
  auto* const pixels = data.pictures.data<std::uint8_t>();
  auto* const values = data.features->values.data<float>();
  const auto problems = read_songs(
      files, Windows::first,
      [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
        write_time_first(song_picture(samples, PictureScale::mel),
                         pixels + static_cast<std::int64_t>(song) * picture_size);
        const auto features = song_features(samples, LibrosaVersion::v0_6);
        std::ranges::transform(features, values + song * features.size(),
                               [](double value) { return static_cast<float>(value); });
      },
      progress);
  for (const auto& bad : problems.bad)
    std::erase_if(data.rows,
                  [&](auto row) { return files[static_cast<std::size_t>(row)] == bad.path; });
}

void find_features(const fs::path& path, ComparisonData& data) {
  const FeatureTable table = load_feature_table(path);
  const std::int64_t columns = table.values.dim(1);
  data.features = empty_table(data);
  const ClipNames clips(data.names);
  std::vector<bool> found(data.names.size());
  for (std::size_t i = 0; i < table.names.size(); ++i) {
    const auto rows = clips.find(table.names[i]);
    if (rows.size() > 1)
      throw Error(path.string(), ": '", table.names[i], "' may be ", rows.size(),
                  " clips; name its folder too");
    if (rows.empty()) continue;
    found[static_cast<std::size_t>(rows[0])] = true;
    std::copy_n(table.values.data<float>() + static_cast<std::int64_t>(i) * columns, columns,
                data.features->values.data<float>() + rows[0] * columns);
  }
  std::erase_if(data.rows, [&](auto row) { return !found[static_cast<std::size_t>(row)]; });
}

}  // namespace

ComparisonData load_comparison_data(const fs::path& root, const fs::path& features, bool skip_bad,
                                    const Progress& progress) {
  ComparisonData data{load_clip_tree(root, skip_bad, progress), {}, {}, {}, {}};
  const Clips& clips = data.tree.clips;
  for (const auto& path : clips.paths) data.names.push_back(path.generic_string());
  data.rows.resize(data.names.size());
  std::iota(data.rows.begin(), data.rows.end(), 0);
  data.pictures = no_pictures(data.names.size());
  if (media_of_tree(root) == Media::songs) {
    read_songs_of(root, data, progress);
  } else {
    auto* const pixels = data.pictures.data<std::uint8_t>();
    parallel_for(std::ssize(clips.spans), [&](std::int64_t i) {
      const Span& span = clips.spans[static_cast<std::size_t>(i)];
      write_time_first(picture_of(clips.begin(span), clips.bands(), span.frames),
                       pixels + i * picture_size);
    });
  }
  if (!features.empty()) find_features(features, data);
  if (data.rows.empty())
    throw Error(features.string(), ": names none of the ", data.names.size(), " clips of ",
                root.string());
  return data;
}

}  // namespace tutti
