#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <limits>

#include "datasets/audio/song_features.h"
#include "datasets/feature_table.h"
#include "datasets/song_pictures.h"
#include "datasets/spectrogram_tree.h"
#include "datasets/split.h"
#include "python/bindings/arrays.h"
#include "python/bindings/module.h"
#include "python/bindings/watch.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

using Paths = std::vector<std::filesystem::path>;
using Problems = std::vector<std::pair<std::filesystem::path, std::string>>;

Problems listed(const std::vector<BadFile>& files) {
  Problems result;
  for (const auto& [path, reason] : files) result.emplace_back(path, reason);
  return result;
}

/// Rows of songs that could not be used are NaN.
std::tuple<OutArray, Problems, Problems> features(const Paths& songs, const std::string& compat) {
  const auto version = from_name<LibrosaVersion>(compat);
  const auto columns = static_cast<std::int64_t>(feature_names().size());
  const auto n = static_cast<std::int64_t>(songs.size());
  std::vector<double> rows(static_cast<std::size_t>(n * columns),
                           std::numeric_limits<double>::quiet_NaN());
  const SongProblems problems = [&] {
    const nb::gil_scoped_release unlock;
    return read_songs(
        songs, Windows::first,
        [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
          const auto values = song_features(samples, version);
          std::copy(values.begin(), values.end(),
                    rows.begin() + static_cast<std::int64_t>(song) * columns);
        },
        check_signals);
  }();
  return {array_of(Tensor::from({n, columns}, rows)), listed(problems.bad),
          listed(problems.warnings)};
}

OutArray spectrogram(const std::filesystem::path& song, const std::string& scale_name) {
  const auto scale = from_name<PictureScale>(scale_name);
  return array_unlocked([&] {
    GrayPicture picture;
    const auto windows = scale == PictureScale::mel128 ? Windows::clip : Windows::first;
    const auto problems = read_songs(
        {song}, windows, [&](std::size_t, std::size_t, const std::vector<float>& samples) {
          picture = song_picture(samples, scale);
        });
    for (const auto& [path, reason] : problems.bad) throw Error(path.string(), ": ", reason);
    return Tensor::from({picture.rows, picture.columns}, picture.pixels);
  });
}

std::tuple<OutArray, OutArray, std::vector<std::string>, Paths, Problems> load_pictures(
    const std::filesystem::path& root, bool skip_bad) {
  const SpectrogramTree tree = [&] {
    const nb::gil_scoped_release unlock;
    return load_spectrogram_tree(root, skip_bad, check_signals);
  }();
  return {array_of(tree.pictures.pixels), array_of(tree.labels), tree.genres, tree.pictures.paths,
          listed(tree.pictures.bad)};
}

}  // namespace

void add_songs(nb::module_& module) {
  module.def("feature_names", [] { return feature_names(); });
  module.def(
      "features", features, "songs"_a, "compat"_a,
      "The 28 features, float64 [n, 28]; the songs that could not be used, and those to warn "
      "of, with reasons.");
  module.def("spectrogram", spectrogram, "song"_a, "scale"_a, "uint8 [frequencies, times].");
  module.def("load_pictures", load_pictures, "root"_a, "skip_bad"_a,
             "A tree's pictures, uint8 [n, 2900, 127, 1], labels, genres, paths, and what was left "
             "out with reasons.");
  module.def(
      "split_train_test",
      [](std::int64_t n, double train_fraction, std::uint64_t seed) {
        const Split split = split_train_test(n, train_fraction, seed);
        return std::pair(array_of(split.train), array_of(split.test));
      },
      "n"_a, "train_fraction"_a, "seed"_a, "Row numbers to train and to test on.");
}

}  // namespace tutti::python
