#include "datasets/audio/audio.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <sndfile.hh>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

double tone_at(double time) { return 0.5 * std::sin(2 * std::numbers::pi * 440 * time); }

/// A tone in every channel, each c-th louder by a factor of 1 + c / 10.
void put_tone(const fs::path& path, int format, int rate = song_rate, int channels = 1,
              double seconds = 2) {
  std::vector<float> samples;
  for (int i = 0; i < seconds * rate; ++i)
    for (int c = 0; c < channels; ++c)
      samples.push_back(static_cast<float>(tone_at(static_cast<double>(i) / rate) * (1 + 0.1 * c)));
  SndfileHandle file(path.string(), SFM_WRITE, format, channels, rate);
  REQUIRE(file.writef(samples.data(), static_cast<sf_count_t>(samples.size()) / channels) ==
          static_cast<sf_count_t>(samples.size()) / channels);
}

/// How far samples are from the tone, times `gain`, away from the ends.
double distance_to_tone(const std::vector<float>& samples, double gain = 1) {
  double farthest = 0;
  for (std::size_t i = 2000; i + 2000 < samples.size(); ++i)
    farthest = std::max(farthest,
                        std::abs(samples[i] - gain * tone_at(static_cast<double>(i) / song_rate)));
  return farthest;
}

/// What is wrong with a song.
std::string song_error(const fs::path& path) {
  try {
    read_song(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string song_error(const test::TemporaryFolder& folder, const std::string& contents) {
  write_file(folder / "bad.wav", contents);
  return song_error(folder / "bad.wav");
}

std::string wav_bytes(const test::TemporaryFolder& folder, int format = SF_FORMAT_PCM_16) {
  put_tone(folder / "good.wav", SF_FORMAT_WAV | format);
  return read_file(folder / "good.wav");
}

}  // namespace

TEST_CASE("songs of every format are read") {
  const test::TemporaryFolder folder;
  for (const auto& [name, format, margin] : std::vector<std::tuple<std::string, int, double>>{
           {"8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1e-2},
           {"16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1e-4},
           {"24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1e-6},
           {"32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1e-6},
           {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1e-6},
           {"double.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 1e-6},
           {"8.au", SF_FORMAT_AU | SF_FORMAT_PCM_S8, 1e-2},
           {"16.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 1e-4},
           {"16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1e-4},
           {"24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1e-6},
           {"song.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 5e-2},
           {"no extension", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1e-4},
           {"wrong.mp3", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1e-4}}) {
    CAPTURE(name);
    put_tone(folder / name, format);
    const auto samples = read_song(folder / name);
    CHECK(samples.size() == 2 * song_rate);
    CHECK(distance_to_tone(samples) < margin);
  }
  put_tone(folder / "song.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100);
  const auto samples = read_song(folder / "song.mp3");  // moved by what its encoder delays it
  CHECK(static_cast<double>(samples.size()) / song_rate == Approx(2).margin(0.2));
  CHECK(*std::ranges::max_element(samples) == Approx(0.5).margin(0.05));
}

TEST_CASE("a song is the mean of its channels, at 22 050 Hz") {
  const test::TemporaryFolder folder;
  for (const int rate : {8000, 11025, 22050, 44100, 48000, 96000, 192000})
    for (const int channels : {1, 2, 7}) {
      CAPTURE(rate, channels);
      put_tone(folder / "song.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, channels);
      const auto samples = read_song(folder / "song.wav");
      CHECK(samples.size() == 2 * song_rate);
      CHECK(distance_to_tone(samples, 1 + 0.05 * (channels - 1)) < 1e-4);
    }
}

TEST_CASE("a song is read part by part, at first 30 s") {
  const test::TemporaryFolder folder;
  put_tone(folder / "song.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, song_rate, 1, 31.5);
  const auto all = read_song(folder / "song.wav", 0, 60);
  CHECK(all.size() == song_rate * 63 / 2);
  CHECK(read_song(folder / "song.wav").size() == song_rate * 30);
  const auto part = read_song(folder / "song.wav", 1.5, 2);
  CHECK(std::ranges::equal(
      part, std::vector(all.begin() + song_rate * 3 / 2, all.begin() + song_rate * 7 / 2)));
  AudioFile file(folder / "song.wav");
  CHECK(file.read(30).size() == song_rate * 30);
  CHECK(std::ranges::equal(file.read(30), std::vector(all.begin() + song_rate * 30, all.end())));
  CHECK(file.read(30).empty());
  CHECK_THROWS_WITH(read_song(folder / "song.wav", 40), "holds no sound");
}

TEST_CASE("names with blanks, quotes and letters of any language are read") {
  const test::TemporaryFolder folder;
  for (const char* name : {"a song.wav", "it's \"good\".wav", "Füße und 音楽.wav", "-x.wav"}) {
    put_tone(folder / name, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    CHECK(read_song(folder / name).size() == 2 * song_rate);
  }
}

TEST_CASE("what is not a song is an Error that says why") {
  const test::TemporaryFolder folder;
  CHECK_THAT(song_error(folder / "none.wav"), Contains("No such file"));
  CHECK_THAT(song_error(folder.path()), Contains("is a folder"));
  CHECK_THAT(song_error("/dev/null"), Contains("not a regular file"));
  CHECK_THAT(song_error(folder, ""), Contains("cannot be read as audio"));
  CHECK_THAT(song_error(folder, "la la la"),
             Contains("a wav, au, flac, ogg or mp3 file is wanted"));
  put_tone(folder / "empty.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, song_rate, 1, 0);
  CHECK(song_error(folder / "empty.wav") == "holds no sound");
  put_tone(folder / "short.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, song_rate, 1, 0.9);
  CHECK(song_error(folder / "short.wav") == "lasts 0.9 s; a song of at least 1 s is wanted");
  put_tone(folder / "slow.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 100, 1, 60);
  CHECK_THAT(song_error(folder / "slow.wav"), Contains("has 100 samples a second"));
}

TEST_CASE("samples that are not sound are an Error that says where") {
  const test::TemporaryFolder folder;
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e30f}) {
    std::vector<float> samples(2 * song_rate, 0.1f);
    samples[33075] = bad;
    SndfileHandle((folder / "nan.wav").string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1,
                  song_rate)
        .write(samples.data(), 2 * song_rate);
    CHECK_THAT(song_error(folder / "nan.wav"), Contains("sample 33075 (at 1.5 s)"));
  }
}

TEST_CASE("a wav file that is cut short, or whose header promises 4 GiB, gives what it holds") {
  const test::TemporaryFolder folder;
  std::string bytes = wav_bytes(folder);
  write_file(folder / "cut.wav", bytes.substr(0, 44 + 2 * song_rate + 1000));
  CHECK(read_song(folder / "cut.wav").size() == song_rate + 500);
  CHECK_THAT(song_error(folder, bytes.substr(0, 44)), Contains("holds no sound"));
  CHECK_THAT(song_error(folder, bytes.substr(0, 20)), Contains("cannot be read as audio"));
  for (const std::size_t size : {4, 40}) bytes.replace(size, 4, "\xff\xff\xff\xff");
  write_file(folder / "huge.wav", bytes);
  CHECK(read_song(folder / "huge.wav").size() == 2 * song_rate);
}

TEST_CASE("damaged songs are Errors or shorter, never a crash") {
  const test::TemporaryFolder folder;
  for (const auto& [name, format] : std::vector<std::pair<std::string, int>>{
           {"song.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
           {"song.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
           {"song.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}}) {
    put_tone(folder / name, format, 44100);
    const std::string bytes = read_file(folder / name);
    for (const double share : {0.01, 0.3, 0.7}) {
      const auto at = static_cast<std::size_t>(share * static_cast<double>(bytes.size()));
      for (const std::string& damaged :
           {bytes.substr(0, at), bytes.substr(0, at) + std::string(50, '\xff') +
                                     bytes.substr(std::min(at + 50, bytes.size()))}) {
        write_file(folder / "bad.bin", damaged);
        CAPTURE(name, share, song_error(folder / "bad.bin"));
        CHECK_NOTHROW(song_error(folder / "bad.bin"));
      }
    }
  }
}
