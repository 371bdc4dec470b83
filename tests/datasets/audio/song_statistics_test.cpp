#include "datasets/audio/song_statistics.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/audio/audio.h"
#include "datasets/audio/wav.h"
#include "datasets/feature_table.h"
#include "datasets/genre_tree.h"
#include "datasets/song_pictures.h"
#include "datasets/song_table.h"
#include "datasets/spectrogram_tree.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/datasets/audio/noise.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

/// The levels of tests/golden/song_statistics.py, [frames][bands].
std::vector<std::uint8_t> levels(std::int64_t frames, std::int64_t bands) {
  std::vector<std::uint8_t> result;
  for (std::int64_t i = 0; i < frames * bands; ++i)
    result.push_back(static_cast<std::uint8_t>(test::hash(static_cast<std::uint32_t>(i), 3) >> 24));
  return result;
}

double statistic(const std::vector<double>& statistics, const std::string& name) {
  const auto& names = statistic_names();
  const auto at = std::ranges::find(names, name);
  REQUIRE(at != names.end());
  return statistics[static_cast<std::size_t>(at - names.begin())];
}

}  // namespace

TEST_CASE("there are 800 statistics, each with a name of its own") {
  const auto& names = statistic_names();
  CHECK(names.size() == 800);
  CHECK(std::set(names.begin(), names.end()).size() == 800);
  CHECK(names.front() == "mel_mean1");
  CHECK(names.back() == "mfcc_difference_covariance20_20");
}

TEST_CASE("statistics are NumPy's of the same levels, of any length and height") {
  std::ifstream file(test::golden("song_statistics.json"));
  for (const auto& golden : nlohmann::json::parse(file)) {
    const std::int64_t frames = golden["frames"], bands = golden["bands"];
    CAPTURE(frames, bands);
    const auto found = song_statistics(levels(frames, bands).data(), frames, bands);
    REQUIRE(found.size() == golden["statistics"].size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(statistic_names()[i]);
      CHECK(found[i] == Approx(golden["statistics"][i].get<double>()).epsilon(1e-9).margin(1e-8));
    }
  }
}

TEST_CASE("a band that swells six times in 256 frames shows in the octave of 4 to 8") {
  std::vector<std::uint8_t> picture(775 * 128, 100);
  for (std::int64_t t = 0; t < 775; ++t)
    for (std::int64_t row = 0; row < 16; ++row)  // the highest five of 40 bands
      picture[t * 128 + row] =
          static_cast<std::uint8_t>(std::lround(100 + 50 * std::sin(2 * M_PI * 6 * t / 256.0)));
  const auto statistics = song_statistics(picture.data(), 775, 128);
  for (int octave = 1; octave <= 7; ++octave) {
    if (octave == 3) continue;
    CHECK(statistic(statistics, "modulation40_3") >
          statistic(statistics, "modulation40_" + std::to_string(octave)) + 1);
  }
  CHECK(statistic(statistics, "modulation1_3") == Approx(0).margin(1e-9));
  CHECK(statistic(statistics, "mel_mean1") == Approx(100));
  CHECK(statistic(statistics, "mel_std40") == Approx(50 / std::sqrt(2)).epsilon(0.02));
}

TEST_CASE("statistics of silence and of a single frame are finite") {
  const std::vector<std::uint8_t> silence(26 * 128);
  for (const std::int64_t frames : {1, 2, 26}) {
    const auto found = song_statistics(silence.data(), frames, 128);
    CHECK(std::ranges::all_of(found, [](double x) { return std::abs(x) < 1e-12; }));
    const auto noise = song_statistics(levels(frames, 128).data(), frames, 128);
    CHECK(std::ranges::all_of(noise, [](double x) { return std::isfinite(x); }));
  }
  CHECK_THROWS_WITH(song_statistics(silence.data(), 0, 128), Contains("no frame"));
  CHECK_THROWS_WITH(song_statistics(silence.data(), 26, 39), Contains("39 bands"));
}

TEST_CASE("a table of statistics is the same of songs and of their pictures, and says its set") {
  const test::TemporaryFolder folder;
  for (int i = 0; i < 4; ++i)
    test::put_noise(
        folder / "songs" / (i % 2 ? "rock" : "jazz") / ("song " + std::to_string(i) + ".wav"),
        1 + i, static_cast<std::uint32_t>(i));
  const auto songs = find_genre_tree(folder / "songs", Media::songs);
  write_song_pictures(folder / "tree", folder / "songs", songs, PictureScale::mel128);
  write_statistics_table(folder / "heard.csv", folder / "songs", songs, Media::songs);
  write_statistics_table(folder / "seen.csv", folder / "tree",
                         find_genre_tree(folder / "tree", Media::pictures), Media::pictures);

  CHECK(feature_set_of_table(folder / "heard.csv") == FeatureSet::statistics);
  const auto heard = load_feature_table(folder / "heard.csv", true, FeatureSet::statistics);
  const auto seen = load_feature_table(folder / "seen.csv", true, FeatureSet::statistics);
  CHECK(heard.set == FeatureSet::statistics);
  CHECK(heard.values.shape() == Shape{4, 800});
  CHECK(heard.values.to_vector<float>() == seen.values.to_vector<float>());
  CHECK(heard.names[0] == "song 0.wav");
  CHECK(heard.classes == std::vector<std::string>{"jazz", "rock"});
  CHECK(heard.labels == std::vector<std::int32_t>{0, 0, 1, 1});

  CHECK_THROWS_WITH(load_feature_table(folder / "heard.csv"),
                    Contains("heard.csv holds the feature set statistics; librosa is wanted"));
  fs::remove(folder / "heard.csv.json");
  CHECK_THROWS_WITH(load_feature_table(folder / "heard.csv", true, FeatureSet::statistics),
                    Contains("holds the feature set librosa"));
  write_file(folder / "heard.csv.json", R"({"set": "others"})");
  CHECK_THROWS_WITH(load_feature_table(folder / "heard.csv"),
                    Contains("heard.csv.json") && Contains("'others' is not a set of features"));
}

TEST_CASE("a tree of pictures of several heights names those that stand out") {
  const test::TemporaryFolder folder;
  const auto put_picture = [&](const char* name, std::int64_t rows, std::int64_t columns) {
    fs::create_directories((folder / name).parent_path());
    write_png(folder / name, {rows, columns, std::vector<std::uint8_t>(rows * columns, 9)});
  };
  put_picture("jazz/a.png", 64, 30);
  put_picture("jazz/b.png", 64, 10);
  put_picture("rock/a.png", 64, 20);
  const auto good = load_clip_tree(folder.path());
  CHECK(good.clips.frames.shape() == Shape{60, 64});
  CHECK(good.labels == std::vector<std::int32_t>{0, 0, 1});
  CHECK(good.clips.spans[1].first == 30);
  CHECK(good.clips.spans[1].frames == 10);

  put_picture("rock/b.png", 32, 20);
  CHECK_THROWS_WITH(load_clip_tree(folder.path()),
                    Contains("1 picture that cannot be used") &&
                        Contains("rock/b.png: has 32 rows of frequencies, most of the others 64"));
  const auto skipped = load_clip_tree(folder.path(), true);
  CHECK(skipped.clips.fingerprint == good.clips.fingerprint);
  CHECK(skipped.clips.bad.size() == 1);
  fs::remove(folder / "rock" / "a.png");
  CHECK_THROWS_WITH(load_clip_tree(folder.path(), true), Contains("rock has no picture"));
}

TEST_CASE("the real mel pictures are clips of 775 frames") {
  const auto root = test::real_data("gtzan-mel/genres");
  if (!root) return;
  const auto tree = load_clip_tree(*root);
  CHECK(tree.genres.size() == 10);
  CHECK(tree.clips.frames.shape() == Shape{709 * 775, 128});
  CHECK(tree.labels.size() == 709);
}
