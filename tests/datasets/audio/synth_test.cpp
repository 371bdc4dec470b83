#include "datasets/audio/synth/synth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "datasets/audio/spectrogram.h"
#include "datasets/audio/synth/synthetic_genres.h"
#include "datasets/audio/wav.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
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

/// The spectrogram of one song of each genre, one after another, each 290 columns.
GrayPicture album(std::int64_t number) {
  std::vector<float> samples;
  for (int genre = 0; genre < genre_count; ++genre) {
    const auto song = synthetic_song(genre, number, 1, 12);
    samples.insert(samples.end(), song.begin(), song.end());
  }
  return log_spectrogram(samples, synthetic_sample_rate);
}

/// Mean and standard deviation of every row of a song of an album.
std::vector<double> summary(const GrayPicture& album, std::size_t genre) {
  constexpr int columns = 2900 / genre_count;
  std::vector<double> values;
  for (std::size_t row = 0; row < 127; ++row) {
    const auto* first = album.pixels.data() + row * 2900 + genre * columns;
    const double mean = std::accumulate(first, first + columns, 0.0) / columns;
    const double squares = std::inner_product(first, first + columns, first, 0.0) / columns;
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

TEST_CASE("the lines of a synthetic genre are bars of one length in known characters") {
  const auto consists_of = [](std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == text.npos;
  };
  for (const Genre& genre : genre_table()) {
    CAPTURE(genre.name);
    CHECK(genre.scale.size() == 7);
    CHECK(genre.slowest < genre.fastest);
    CHECK(!genre.chords.empty());
    CHECK(consists_of(genre.chords, "1234567"));
    REQUIRE(!genre.parts.empty());
    const std::size_t steps = genre.parts[0].bar.size();
    for (const Voice& part : genre.parts) {
      CHECK(part.bar.size() == steps);
      CHECK(part.bar.front() != '-');
      CHECK(consists_of(part.bar, ".-*xXo123456789"));
    }
    for (const auto bar : {genre.drums.kick, genre.drums.snare, genre.drums.hat}) {
      CHECK((bar.empty() || bar.size() == steps));
      CHECK(consists_of(bar, ".xo"));
    }
  }
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
  constexpr std::size_t learned = 5, asked = 4;
  std::array<GrayPicture, learned + asked> albums;
  parallel_for(albums.size(),
               [&](std::int64_t i) { albums[static_cast<std::size_t>(i)] = album(i); });

  std::vector<std::vector<double>> centroids(genre_count, std::vector<double>(2 * 127));
  for (std::size_t genre = 0; genre < genre_count; ++genre)
    for (std::size_t i = 0; i < learned; ++i) {
      const auto values = summary(albums[i], genre);
      for (std::size_t j = 0; j < values.size(); ++j) centroids[genre][j] += values[j] / learned;
    }

  int right = 0;
  for (std::size_t genre = 0; genre < genre_count; ++genre)
    for (std::size_t i = learned; i < learned + asked; ++i) {
      const auto values = summary(albums[i], genre);
      const auto nearest = std::ranges::min_element(
          centroids, {}, [&](const auto& centroid) { return distance(centroid, values); });
      right += nearest - centroids.begin() == static_cast<std::ptrdiff_t>(genre);
    }
  CHECK(right > 20);  // of 40; chance is 4
}

TEST_CASE("synthetic songs are written as wav files and spectrograms, whatever the threads") {
  SynthOptions options{.songs_per_genre = 1, .seed = 7, .seconds = 1};
  const test::TemporaryFolder folder, pictures;
  const auto& genres = synthetic_genres();
  fs::create_directories(folder / "genres" / genres[0]);
  write_file(folder / "genres" / genres[0] / "resized000.png", "of an earlier run");

  const int threads = thread_count();
  set_thread_count(2);
  std::vector<std::int64_t> steps;
  write_synthetic_songs(folder.path(), options, [&](std::int64_t done, std::int64_t total) {
    steps.push_back(10 * total + done);
  });
  CHECK(steps == std::vector<std::int64_t>{101, 102, 103, 104, 105, 106, 107, 108, 109, 110});

  set_thread_count(1);
  options.audio = false;
  write_synthetic_songs(pictures.path(), options);
  // The double brackets keep Catch from printing the files' bytes.
  CHECK((contents(pictures / "genres") == contents(folder / "genres")));
  CHECK_FALSE(fs::exists(pictures / "audio"));
  set_thread_count(threads);

  CHECK(contents(folder.path()).size() == 21);  // and spectrogram.json
  for (int genre = 0; genre < genre_count; ++genre) {
    const std::string& name = genres[static_cast<std::size_t>(genre)];
    CHECK(fs::exists(folder / "genres" / name / "resized000.png"));
    write_wav(folder / "song.wav", synthetic_song(genre, 0, 7, 1), synthetic_sample_rate);
    CHECK((read_file(folder / "audio" / name / (name + ".00000.wav")) ==
           read_file(folder / "song.wav")));
  }
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
