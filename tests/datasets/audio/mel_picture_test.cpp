#include "datasets/audio/mel_picture.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "datasets/audio/audio.h"
#include "datasets/audio/songs.h"
#include "datasets/audio/wav.h"
#include "datasets/clips.h"
#include "datasets/decoding/picture_decoder.h"
#include "datasets/genre_tree.h"
#include "datasets/picture.h"
#include "datasets/pictures.h"
#include "datasets/song_pictures.h"
#include "kernels/support/error.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

std::vector<float> noise(double seconds, std::uint32_t salt = 1) {
  return test::uniform(static_cast<std::int64_t>(seconds * song_rate), salt, 0.5);
}

/// A tone that sweeps upwards and fades, of tests/golden/mel_picture.py.
std::vector<float> sweep(double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * song_rate));
  const auto faint = test::uniform(static_cast<std::int64_t>(samples.size()), 5, 0.001);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double time = static_cast<double>(i) / song_rate;
    const double tone = std::sin(2 * std::numbers::pi * (100 * time + 300 * time * time));
    samples[i] = static_cast<float>(0.5 * std::exp(-0.3 * time) * tone + faint[i]);
  }
  return samples;
}

struct Difference {
  std::int64_t pixels = 0, differ = 0, largest = 0;
};

void compare(const GrayPicture& found, const GrayPicture& expected, Difference& difference) {
  REQUIRE(found.rows == expected.rows);
  REQUIRE(found.columns == expected.columns);
  for (std::size_t i = 0; i < found.pixels.size(); ++i, ++difference.pixels) {
    const std::int64_t distance = std::abs(int{found.pixels[i]} - int{expected.pixels[i]});
    difference.differ += distance > 0;
    difference.largest = std::max(difference.largest, distance);
  }
}

}  // namespace

TEST_CASE("a mel picture is librosa's mel spectrogram, level by level") {
  std::ifstream file(test::golden("mel_picture.json"));
  const auto golden = nlohmann::json::parse(file);
  Difference difference;
  for (const auto& [seconds, pixels] : golden.items()) {
    const auto picture = mel_picture(sweep(std::stod(seconds)));
    compare(picture,
            {128, static_cast<std::int64_t>(pixels.size()) / 128,
             pixels.get<std::vector<std::uint8_t>>()},
            difference);
  }
  // librosa adds up in single precision, in an order of its own: a level's edge may lie between.
  CHECK(difference.pixels > 20000);
  CHECK(difference.differ <= 2);
  CHECK(difference.largest <= 1);
}

TEST_CASE("a mel picture has 775 columns for 30 s, fewer for less") {
  CHECK(mel_picture(noise(30)).columns == 775);
  CHECK(mel_picture(noise(30.9)).columns == 775);
  CHECK(mel_picture(noise(15)).columns == 388);
  CHECK(mel_picture(noise(0.2)).columns == 5);
  CHECK(mel_picture({}).columns == 1);
}

TEST_CASE("the mel picture of silence is black, and no louder song looks different") {
  for (const std::size_t count : {0, 1, 22050}) {
    const auto picture = mel_picture(std::vector<float>(count));
    CHECK(std::ranges::count(picture.pixels, 0) == std::ssize(picture.pixels));
  }
  auto samples = noise(3);
  const auto picture = mel_picture(samples);
  for (float& sample : samples) sample *= 0.25f;
  CHECK(mel_picture(samples).pixels == picture.pixels);
}

TEST_CASE("clips a little longer than 30 s are used whole, longer songs cut after 30 s") {
  const test::TemporaryFolder folder;
  const auto length = [&](double seconds) {
    write_wav(folder / "song.wav", noise(seconds), song_rate);
    std::size_t samples = 0;
    read_songs({folder / "song.wav"}, Windows::clip,
               [&](std::size_t, std::size_t, const std::vector<float>& clip) {
                 CHECK(samples == 0);
                 samples = clip.size();
               });
    return static_cast<double>(samples) / song_rate;
  };
  CHECK(length(2) == 2);
  CHECK(length(30.7) == Approx(30.7).margin(1e-4));
  CHECK(length(31) == 30);
  CHECK(length(70) == 30);
}

TEST_CASE("mel pictures keep their songs' names, and songs and their pictures are the same clips") {
  const test::TemporaryFolder folder;
  for (const char* song : {"rock/a.00001.wav", "rock/b.wav", "rock/b.aiff", "jazz/c d.wav"}) {
    fs::create_directories((folder / "songs" / song).parent_path());
    write_wav(folder / "songs" / song, noise(1 + 0.1 * std::string(song).size(), song[5]),
              song_rate);
  }
  const auto root = folder / "songs";
  const auto songs = find_genre_tree(root, Media::songs);
  CHECK(write_song_pictures(folder / "tree", root, songs, PictureScale::mel128).bad.empty());
  CHECK(scale_of_tree(folder / "tree") == PictureScale::mel128);
  CHECK_THROWS_WITH(write_song_pictures(folder / "tree", root, songs, PictureScale::mel),
                    Contains("holds pictures of the scale mel128, not mel;"));

  const auto pictures = find_genre_tree(folder / "tree", Media::pictures);
  CHECK(pictures.paths == std::vector<fs::path>{"jazz/c d.png", "rock/a.00001.png",
                                                "rock/b.aiff.png", "rock/b.wav.png"});
  const Clips seen = load_clips(pictures.paths, {}, folder / "tree");
  const Clips heard = hear_clips(songs.paths, {}, root);
  CHECK(seen.bad.empty());
  CHECK(heard.paths == songs.paths);
  CHECK(seen.frames.shape() == heard.frames.shape());
  CHECK(seen.frames.to_vector<std::uint8_t>() == heard.frames.to_vector<std::uint8_t>());
}

TEST_CASE("songs that cannot be heard are listed, the others used") {
  const test::TemporaryFolder folder;
  write_wav(folder / "short.wav", noise(0.2), song_rate);
  write_wav(folder / "good.wav", noise(2), song_rate);
  std::ofstream(folder / "text.mp3") << "just text";
  const auto clips =
      hear_clips({"good.wav", "none.wav", "short.wav", "text.mp3"}, {}, folder.path());
  CHECK(clips.paths == std::vector<fs::path>{"good.wav"});
  CHECK(clips.frames.shape() == Shape{52, 128});
  REQUIRE(clips.bad.size() == 3);
  CHECK(clips.bad[1].path == "short.wav");
  CHECK_THAT(clips.bad[1].reason, Contains("lasts 0.2 s"));
}

TEST_CASE("the mel pictures of real clips come out of their sound, to the last level") {
  const auto audio = test::real_data("gtzan-audio/genres"),
             tree = test::real_data("gtzan-mel/genres");
  if (!audio || !tree) return;
  Difference difference;
  int clips = 0;
  for (const auto& song : find_genre_tree(*audio, Media::songs).paths) {
    const auto path = *tree / fs::path(song).replace_extension(".png");
    if (!fs::exists(path)) continue;
    read_songs({*audio / song}, Windows::clip,
               [&](std::size_t, std::size_t, const std::vector<float>& samples) {
                 compare(mel_picture(samples), decode_picture(read_picture_file(path)), difference);
               });
    ++clips;
  }
  CHECK(clips == 26);
  CHECK(difference.pixels == 26 * 128 * 775);
  // librosa sums mel bands in single precision, by another order on every machine (its own numbers
  // differ in 6 of these levels from machine to machine); we sum in double and round once.
  CHECK(difference.differ <= 5);
  CHECK(difference.largest <= 1);
}
