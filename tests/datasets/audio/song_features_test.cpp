#include "datasets/audio/song_features.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sndfile.hh>

#include "datasets/audio/audio.h"
#include "datasets/csv.h"
#include "datasets/feature_table.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

constexpr int seconds = 8;
constexpr double tau = 2 * std::numbers::pi;

/// Samples by their time and number; the signals are those of tests/golden/song_features.py.
template <class Signal>
std::vector<float> sampled(int rate, const Signal& signal) {
  std::vector<float> samples;
  for (int i = 0; i < rate * seconds; ++i)
    samples.push_back(static_cast<float>(signal(static_cast<double>(i) / rate, i)));
  return samples;
}

/// A note every `period` seconds.
double fading(double time, double speed, double period) {
  return std::exp(-speed * std::fmod(time, period));
}

std::vector<float> music() {
  const auto noise = test::uniform(song_rate * seconds, 7, 1.0);
  return sampled(song_rate, [&](double t, int i) {
    const double chord =
        std::sin(tau * 220.5 * t) + std::sin(tau * 277.7 * t) + std::sin(tau * 330.4 * t);
    return 0.2 * fading(t, 6, 0.55) * chord + 0.01 * noise[i];
  });
}

std::map<std::string, std::vector<float>> signals() {
  const auto noise = test::uniform(song_rate * seconds, 7, 1.0);
  return {
      {"silence", std::vector<float>(song_rate * seconds)},
      {"clicks",
       sampled(song_rate,
               [](double, int i) { return i >= 4000 && (i - 4000) % 9973 == 0 ? 0.9 : 0; })},
      {"sweep",
       sampled(song_rate,
               [](double t, int) { return 0.5 * std::sin(tau * (50 * t + 600 * t * t)); })},
      {"noise", sampled(song_rate, [&](double, int i) { return 0.3 * noise[i]; })},
      {"between semitones",
       sampled(song_rate,
               [](double t, int) { return 0.5 * std::sin(tau * 440 * std::exp2(1.0 / 24) * t); })},
      {"music", music()}};
}

/// The golden stereo signal as it comes out of a float wav file of 44.1 kHz.
std::vector<float> stereo(const fs::path& folder) {
  const auto noise = test::uniform(44100 * seconds, 9, 0.02);
  const auto left = sampled(
      44100, [](double t, int) { return 0.4 * fading(t, 9, 0.4) * std::sin(tau * 523 * t); });
  const auto right =
      sampled(44100, [&](double t, int i) { return 0.3 * std::sin(tau * 130.7 * t) + noise[i]; });
  std::vector<float> both;
  for (std::size_t i = 0; i < left.size(); ++i) both.insert(both.end(), {left[i], right[i]});
  const auto path = folder / "stereo.wav";
  SndfileHandle(path.string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2, 44100)
      .writef(both.data(), static_cast<sf_count_t>(left.size()));
  return read_song(path);
}

nlohmann::json golden_numbers() {
  std::ifstream file(test::golden("song_features.json"));
  return nlohmann::json::parse(file);
}

/// All but tempo and beats within 1e-4 of the golden numbers; returns how far at most.
double check_continuous(const std::vector<double>& features, const std::vector<double>& expected) {
  REQUIRE(features.size() == expected.size());
  double farthest = 0;
  for (std::size_t i = 2; i < features.size(); ++i) {
    CAPTURE(feature_names()[i], features[i], expected[i]);
    const double off = std::abs(features[i] - expected[i]);
    CHECK(off <= 1e-4 * std::abs(expected[i]) + 1e-9);
    farthest = std::max(farthest, expected[i] == 0 ? off : off / std::abs(expected[i]));
  }
  return farthest;
}

}  // namespace

TEST_CASE("the features of made-up signals are librosa's") {
  const auto golden = golden_numbers();
  const test::TemporaryFolder folder;
  auto sounds = signals();
  sounds["stereo"] = stereo(folder.path());
  REQUIRE(sounds.size() == golden["signals"].size());
  for (const auto version : {LibrosaVersion::v0_11, LibrosaVersion::v0_6})
    for (const auto& [name, samples] : sounds) {
      CAPTURE(name, tutti::name(version));
      const auto features = song_features(samples, version);
      const std::vector<double> expected = golden["signals"][name][tutti::name(version)];
      CHECK(features[0] == Approx(expected[0]).epsilon(1e-9));
      if (version == LibrosaVersion::v0_11) CHECK(features[1] == expected[1]);
      check_continuous(features, expected);
    }
}

TEST_CASE("a stereo file of 44.1 kHz is mixed and resampled as librosa does") {
  const test::TemporaryFolder folder;
  const auto samples = stereo(folder.path());
  CHECK(samples.size() == song_rate * seconds);
  const auto golden = golden_numbers();
  for (const auto& [at, expected] : golden["resampled"].items()) {
    CAPTURE(at);
    CHECK(samples[std::stoul(at)] == Approx(expected.get<double>()).margin(1e-6));
  }
}

TEST_CASE("the features of real clips are librosa's") {
  const auto audio = test::real_data("gtzan-audio/genres");
  if (!audio) return;
  const auto golden = golden_numbers();
  int clips = 0;
  for (const auto& file : fs::recursive_directory_iterator(*audio)) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path().string());
    const std::vector<double> expected = golden["clips"].at(file.path().filename().string());
    const auto features = song_features(read_song(file.path()), LibrosaVersion::v0_11);
    CHECK(features[0] == Approx(expected[0]).epsilon(1e-9));
    CHECK(features[1] == expected[1]);
    check_continuous(features, expected);
    ++clips;
  }
  CHECK(clips == 28);
}

TEST_CASE("in the ways of 0.6 the features of real clips are those of the published table") {
  const auto audio = test::real_data("gtzan-audio/genres");
  const auto table = test::real_data("data.csv");
  if (!audio || !table) return;
  const FeatureTable published = load_feature_table(*table);
  int clips = 0;
  for (const auto& file : fs::recursive_directory_iterator(*audio)) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path().string());
    const auto name = file.path().stem().string() + ".au";
    const auto row = std::ranges::find(published.names, name) - published.names.begin();
    REQUIRE(row < static_cast<std::ptrdiff_t>(published.names.size()));
    const auto* const first = published.values.data<float>() + row * 28;
    const auto features = song_features(read_song(file.path()), LibrosaVersion::v0_6);
    CHECK(features[0] == Approx(first[0]).epsilon(1e-6));
    CHECK(features[1] == first[1]);
    check_continuous(features, {first, first + 28});
    ++clips;
  }
  CHECK(clips == 28);
}
