#include "datasets/audio/songs.h"

#include <fstream>
#include <mutex>

#include "datasets/audio/song_features.h"
#include "datasets/audio/wav.h"
#include "datasets/feature_table.h"
#include "datasets/genre_tree.h"
#include "datasets/song_pictures.h"
#include "datasets/song_table.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"
#include "tests/datasets/audio/noise.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

/// The lengths in seconds of the windows of one song.
std::vector<double> windows_of(const fs::path& song, Windows which) {
  std::vector<double> lengths;
  read_songs({song}, which,
             [&](std::size_t, std::size_t window, const std::vector<float>& samples) {
               CHECK(window == lengths.size());
               lengths.push_back(static_cast<double>(samples.size()) / song_rate);
             });
  return lengths;
}

}  // namespace

TEST_CASE("songs are read in windows of 30 s, the last of at least 15") {
  const test::TemporaryFolder folder;
  using Lengths = std::vector<double>;
  for (const auto& [seconds, lengths] : std::vector<std::pair<double, Lengths>>{
           {3, {3}}, {30, {30}}, {44, {30}}, {45, {30, 15}}, {90, {30, 30, 30}}}) {
    test::put_noise(folder / "song.wav", seconds);
    CHECK(windows_of(folder / "song.wav", Windows::all) == lengths);
    CHECK(windows_of(folder / "song.wav", Windows::first) == Lengths{lengths[0]});
  }
}

TEST_CASE("of clips, the first is all of a song that lasts less than 31 s") {
  const test::TemporaryFolder folder;
  using Lengths = std::vector<double>;
  for (const auto& [seconds, lengths] :
       std::vector<std::pair<double, Lengths>>{{3, {3}},
                                               {30, {30}},
                                               {30.5, {30.5}},
                                               {31, {30}},
                                               {44.5, {30}},
                                               {45, {30, 15}},
                                               {91, {30, 30, 30}}}) {
    test::put_noise(folder / "song.wav", seconds);
    CHECK(windows_of(folder / "song.wav", Windows::clips) == lengths);
  }
  const auto samples_of = [&](Windows which) {
    std::vector<float> all;
    read_songs({folder / "song.wav"}, which,
               [&](std::size_t, std::size_t, const std::vector<float>& samples) {
                 all.insert(all.end(), samples.begin(), samples.end());
               });
    return all;
  };
  CHECK(samples_of(Windows::clips) == samples_of(Windows::all));
}

TEST_CASE("songs that are bad, short or silent are told of, in their order, with any threads") {
  const test::TemporaryFolder folder;
  std::vector<fs::path> songs;
  for (int i = 0; i < 12; ++i) {
    songs.push_back(folder / ("song" + std::to_string(i)));
    if (i % 3 == 0) test::put_noise(songs.back(), 30);
    if (i % 3 == 1) test::put_noise(songs.back(), 2);
  }
  write_wav(songs[3], std::vector<float>(30 * song_rate), song_rate);
  const int threads = thread_count();
  for (const int count : {1, 3}) {
    set_thread_count(count);
    std::mutex mutex;
    std::vector<std::int64_t> steps;
    std::size_t used = 0;
    const auto problems = read_songs(
        songs, Windows::all,
        [&](std::size_t song, std::size_t, const std::vector<float>&) {
          const std::lock_guard lock(mutex);
          ++used;
          if (song == 6) throw Error("not this one");
        },
        [&](std::int64_t done, std::int64_t) { steps.push_back(done); });
    CHECK(used == 8);
    CHECK(steps.size() == 12);
    REQUIRE(problems.bad.size() == 5);
    CHECK(problems.bad[0].path == songs[2]);
    CHECK_THAT(problems.bad[0].reason, Contains("No such file"));
    CHECK(problems.bad[2].reason == "not this one");
    REQUIRE(problems.warnings.size() == 5);
    CHECK(problems.warnings[0].reason == "lasts 2 s, less than 30 s; used as it is");
    CHECK(problems.warnings[1].reason == "is silent");
  }
  set_thread_count(threads);
}

TEST_CASE("a table of songs reads back as the features, whatever the threads") {
  const test::TemporaryFolder folder;
  test::put_noise(folder / "audio" / "jazz" / "one.wav", 2, 1);
  test::put_noise(folder / "audio" / "jazz" / "two, live.wav", 2, 2);
  test::put_noise(folder / "audio" / "rock" / "one.wav", 2, 3);
  std::ofstream(folder / "audio" / "rock" / "bad.wav") << "la";
  const GenreTree songs = find_genre_tree(folder / "audio", Media::songs);
  CHECK(songs.genres == std::vector<std::string>{"jazz", "rock"});
  const auto path = folder / "table.csv";
  const auto problems = write_song_table(path, folder / "audio", songs, LibrosaVersion::v0_6);
  CHECK(problems.bad.size() == 1);
  CHECK(librosa_version_of_table(path) == LibrosaVersion::v0_6);
  const std::string bytes = read_file(path);
  write_song_table(path, folder / "audio", songs, LibrosaVersion::v0_11);
  CHECK(librosa_version_of_table(path) == LibrosaVersion::v0_11);
  CHECK(read_file(path) != bytes);

  const FeatureTable table = load_feature_table(path);
  CHECK(table.names == std::vector<std::string>{"jazz/one.wav", "two, live.wav", "rock/one.wav"});
  CHECK(table.labels == std::vector<std::int32_t>{0, 0, 1});
  const auto features =
      song_features(read_song(folder / "audio" / "rock" / "one.wav"), LibrosaVersion::v0_11);
  for (std::size_t i = 0; i < features.size(); ++i)
    CHECK(table.values.data<float>()[2 * features.size() + i] == static_cast<float>(features[i]));

  const int threads = thread_count();
  const std::string with_all = read_file(path);
  set_thread_count(1);
  write_song_table(path, folder / "audio", songs, LibrosaVersion::v0_11);
  CHECK(read_file(path) == with_all);
  set_thread_count(threads);
}

TEST_CASE("tables and trees that do not say how they were made, or say nonsense") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(librosa_version_of_table(folder / "table.csv"));
  CHECK_FALSE(scale_of_tree(folder.path()));
  for (const char* nonsense :
       {"", "{}", "null", "[]", R"({"compat": "0.7", "scale": "bark"})", R"({"compat": 6})"}) {
    CAPTURE(nonsense);
    std::ofstream(folder / "table.csv.json") << nonsense;
    std::ofstream(folder / "spectrogram.json") << nonsense;
    CHECK_THROWS_WITH(librosa_version_of_table(folder / "table.csv"), Contains("table.csv.json"));
    CHECK_THROWS_WITH(scale_of_tree(folder.path()), Contains("spectrogram.json"));
  }
}

TEST_CASE("a folder without a song that can be used makes no table") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "jazz");
  std::ofstream(folder / "jazz" / "bad.wav") << "la";
  CHECK_THROWS_WITH(
      write_song_table(folder / "table.csv", folder.path(),
                       find_genre_tree(folder.path(), Media::songs), LibrosaVersion::v0_11),
      Contains("no song that can be used") && Contains("bad.wav"));
  CHECK_FALSE(fs::exists(folder / "table.csv"));
}
