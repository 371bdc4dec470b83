#include "datasets/synth.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "datasets/spectrogram.h"
#include "engine/error.h"
#include "engine/files.h"
#include "engine/parallel.h"
#include "tests/support/files.h"

using namespace tutti;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr int genre_count = 10;

/// Every file below a folder, by its path relative to it.
std::map<std::string, std::string> contents(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(root).string()] = read_file(entry.path());
  return files;
}

/// Mean and deviation of every row of a song's spectrogram.
std::vector<double> summary(int genre, std::int64_t number) {
  const auto picture = mel_spectrogram(synthetic_song(genre, number, 1, 8), synthetic_sample_rate);
  std::vector<double> values;
  for (std::int64_t row = 0; row < picture.rows; ++row) {
    const auto* pixels = picture.pixels.data() + row * picture.columns;
    const double n = static_cast<double>(picture.columns);
    const double mean = std::accumulate(pixels, pixels + picture.columns, 0.0) / n;
    const double squares = std::inner_product(pixels, pixels + picture.columns, pixels, 0.0) / n;
    values.push_back(mean);
    values.push_back(std::sqrt(squares - mean * mean));
  }
  return values;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                               [](double x, double y) { return (x - y) * (x - y); });
}

}  // namespace

TEST_CASE("there are ten synthetic genres, sorted by name") {
  const auto& genres = synthetic_genres();
  CHECK(genres.size() == genre_count);
  CHECK(std::ranges::is_sorted(genres));
  CHECK(std::set(genres.begin(), genres.end()).size() == genre_count);
}

TEST_CASE("a synthetic song has its length, no offset and a peak of 0.5 to 0.95") {
  for (int genre = 0; genre < genre_count; ++genre) {
    CAPTURE(genre);
    const auto song = synthetic_song(genre, 0, 54, 10.5);
    CHECK(song.size() == 231525);
    CHECK(std::ranges::all_of(song, [](float x) { return std::isfinite(x); }));
    const float peak =
        std::abs(*std::ranges::max_element(song, {}, [](float x) { return std::abs(x); }));
    CHECK(peak >= 0.4999f);
    CHECK(peak <= 0.95f);
    CHECK(std::abs(std::accumulate(song.begin(), song.end(), 0.0) / song.size()) < 1e-3);
  }
  CHECK(synthetic_song(0, 0, 54).size() == 661500);
}

TEST_CASE("a synthetic song depends on its genre, number and seed alone") {
  const auto song = synthetic_song(3, 5, 54, 2);
  CHECK(song == synthetic_song(3, 5, 54, 2));
  CHECK(song != synthetic_song(4, 5, 54, 2));
  CHECK(song != synthetic_song(3, 6, 54, 2));
  CHECK(song != synthetic_song(3, 5, 55, 2));
}

TEST_CASE("synthetic genres can be told apart") {
  constexpr int learned = 3, asked = 2;
  std::array<std::vector<double>, genre_count*(learned + asked)> songs;
  parallel_for(songs.size(), [&](std::int64_t i) {
    songs[static_cast<std::size_t>(i)] =
        summary(static_cast<int>(i % genre_count), i / genre_count);
  });
  std::vector<std::vector<double>> centroids(songs.begin(), songs.begin() + genre_count);
  for (std::size_t i = genre_count; i < genre_count * learned; ++i)
    for (std::size_t j = 0; j < songs[i].size(); ++j) centroids[i % genre_count][j] += songs[i][j];
  for (auto& centroid : centroids)
    for (double& value : centroid) value /= learned;

  int right = 0;
  for (std::size_t i = genre_count * learned; i < songs.size(); ++i) {
    const auto nearest = std::ranges::min_element(
        centroids, {}, [&](const auto& centroid) { return distance(centroid, songs[i]); });
    right += nearest - centroids.begin() == static_cast<std::ptrdiff_t>(i % genre_count);
  }
  CHECK(right > genre_count * asked / 2);
}

TEST_CASE("synthetic songs are written as wav files and spectrograms, whatever the threads") {
  const SynthOptions options{.songs_per_genre = 1, .seed = 7, .seconds = 1};
  const test::TemporaryFolder alone, together;
  const int threads = thread_count();
  set_thread_count(1);
  write_synthetic_songs(alone.path(), options);
  set_thread_count(2);
  std::vector<std::int64_t> steps;
  write_synthetic_songs(together.path(), options, [&](std::int64_t done, std::int64_t total) {
    CHECK(total == 10);
    steps.push_back(done);
  });
  set_thread_count(threads);

  const auto files = contents(alone.path());
  CHECK(files.size() == 20);
  for (const std::string& genre : synthetic_genres()) {
    CHECK(files.count("genres/" + genre + "/resized000.png") == 1);
    CHECK(files.count("audio/" + genre + "/" + genre + ".00000.wav") == 1);
  }
  CHECK(contents(together.path()) == files);
  std::vector<std::int64_t> expected(10);
  std::iota(expected.begin(), expected.end(), 1);
  CHECK(steps == expected);
}

TEST_CASE("synthetic songs without audio replace the files of an earlier run") {
  const test::TemporaryFolder folder;
  SynthOptions options{.songs_per_genre = 1, .seed = 1, .seconds = 1, .audio = false};
  write_synthetic_songs(folder.path(), options);
  const auto before = contents(folder.path());
  CHECK(before.size() == 10);
  options.seed = 2;
  write_synthetic_songs(folder.path(), options);
  const auto after = contents(folder.path());
  CHECK(after.size() == 10);
  for (const auto& [path, bytes] : after) CHECK(bytes != before.at(path));
}

TEST_CASE("synthetic songs that cannot be made are refused") {
  const test::TemporaryFolder folder;
  const fs::path out = folder / "songs";
  CHECK_THROWS_WITH(write_synthetic_songs(out, {.songs_per_genre = 0}), Contains("0 songs"));
  CHECK_THROWS_WITH(write_synthetic_songs(out, {.songs_per_genre = -3}), Contains("-3 songs"));
  CHECK_THROWS_WITH(write_synthetic_songs(out, {.seconds = 0.5}), Contains("0.5 seconds"));
  CHECK_THROWS_WITH(write_synthetic_songs(out, {.seconds = 1e12}), Contains("1 to 3600"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(write_synthetic_songs(out, {.seconds = nan}), Error);
  CHECK_FALSE(fs::exists(out));

  CHECK_THROWS_WITH(synthetic_song(10, 0, 54), Contains("genre 10"));
  CHECK_THROWS_WITH(synthetic_song(-1, 0, 54), Contains("genre -1"));
}

TEST_CASE("a folder that synthetic songs cannot be written to is an Error that names it") {
  const test::TemporaryFolder folder;
  write_file(folder / "file", "in the way");
  CHECK_THROWS_WITH(write_synthetic_songs(folder / "file", {.songs_per_genre = 1, .seconds = 1}),
                    Contains((folder / "file").string()));
}
