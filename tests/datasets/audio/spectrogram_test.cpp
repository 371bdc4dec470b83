#include "datasets/audio/spectrogram.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;

namespace {

constexpr int rate = 22050;

std::vector<float> tone(double hertz, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hertz * i / rate));
  return samples;
}

int pixel(const GrayPicture& picture, std::int64_t row, std::int64_t column) {
  return picture.pixels[static_cast<std::size_t>(row * picture.columns + column)];
}

std::int64_t loudest_row(const GrayPicture& picture, std::int64_t column) {
  std::int64_t best = 0;
  for (std::int64_t row = 1; row < picture.rows; ++row)
    if (pixel(picture, row, column) > pixel(picture, best, column)) best = row;
  return best;
}

/// The signal of tests/golden/mel_spectrogram.py.
std::vector<float> chirp_in_noise() {
  std::vector<float> samples(66150);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    state = 1664525u * state + 1013904223u;
    const double time = static_cast<double>(i) / rate, noise = state * 0x1p-31 - 1;
    const double turns = 50 * time + 1600 * time * time;
    samples[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * turns) + 0.002 * noise);
  }
  return samples;
}

}  // namespace

TEST_CASE("a mel spectrogram agrees with librosa's mel bands") {
  std::ifstream file(test::golden("mel_spectrogram.json"));
  const auto expected = nlohmann::json::parse(file);
  const auto picture = log_spectrogram(chirp_in_noise(), rate);
  int checked = 0, far = 0;
  for (std::size_t i = 0; i < expected["columns"].size(); ++i)
    for (std::int64_t row = 0; row < picture.rows; ++row, ++checked) {
      const int found = pixel(picture, row, expected["columns"][i]);
      far += std::abs(found - expected["pixels"][i][row].get<int>()) > 1;
    }
  CHECK(checked == 29 * 127);
  CHECK(far <= checked / 1000);
}

TEST_CASE("a spectrogram is a picture of 127 x 2900 whose loudest pixel is 255") {
  const auto picture = log_spectrogram(chirp_in_noise(), rate);
  CHECK(picture.rows == 127);
  CHECK(picture.columns == 2900);
  REQUIRE(picture.pixels.size() == 127 * 2900);
  CHECK(*std::ranges::max_element(picture.pixels) == 255);
}

TEST_CASE("a tone shows in the row of its mel band, low tones at the bottom") {
  // 128 steps of 0.388 mels up to 11 025 Hz; 15 mels at 1000 Hz, so band 38 is the nearest.
  const double mels = 15 + 27 * std::log(11.025) / std::log(6.4);
  CHECK(loudest_row(log_spectrogram(tone(1000, 2), rate), 1450) ==
        126 - (std::lround(15 / (mels / 128)) - 1));
  CHECK(loudest_row(log_spectrogram(tone(100, 2), rate), 1450) ==
        126 - (std::lround(1.5 / (mels / 128)) - 1));
  CHECK(loudest_row(log_spectrogram(tone(10900, 2), rate), 1450) == 0);
}

TEST_CASE("on a linear scale tones of equal distance show in rows of equal distance") {
  for (const int band : {20, 60, 100})  // 128 steps up to 11 025 Hz
    CHECK(loudest_row(
              log_spectrogram(tone((band + 1) * 11025.0 / 128, 2), rate, FrequencyScale::linear),
              1450) == 126 - band);
}

TEST_CASE("a tone's brightness falls by 255 / 80 a decibel and does not depend on its level") {
  auto samples = tone(1000, 4);
  for (std::size_t i = samples.size() / 2; i < samples.size(); ++i) samples[i] *= 0.1f;  // -20 dB
  const auto picture = log_spectrogram(samples, rate);
  const auto row = loudest_row(picture, 700);
  CHECK(pixel(picture, row, 700) - pixel(picture, row, 2200) == Approx(255 / 4.0).margin(1));

  for (float& sample : samples) sample *= 1e-3f;
  CHECK(pixel(log_spectrogram(samples, rate), row, 2200) == pixel(picture, row, 2200));
}

TEST_CASE("silence is black") {
  for (const std::size_t count : {0, 1, 22050})
    CHECK(log_spectrogram(std::vector<float>(count), rate).pixels ==
          std::vector<std::uint8_t>(127 * 2900));
}

TEST_CASE("an impulse shows at its time") {
  for (const std::int64_t at : {1000, 330000, 660000}) {
    std::vector<float> samples(661500);
    samples[static_cast<std::size_t>(at)] = 1;
    const auto picture = log_spectrogram(samples, rate);
    std::int64_t best = 0;
    for (std::int64_t column = 1; column < picture.columns; ++column)
      if (pixel(picture, 60, column) > pixel(picture, 60, best)) best = column;
    CHECK(std::abs(best - at * 2900 / 661500) <= 1);
  }
}

TEST_CASE("a spectrogram does not depend on the number of threads") {
  const int threads = thread_count();
  set_thread_count(1);
  const auto alone = log_spectrogram(chirp_in_noise(), rate).pixels;
  set_thread_count(3);
  CHECK(log_spectrogram(chirp_in_noise(), rate).pixels == alone);
  set_thread_count(threads);
}

TEST_CASE("samples that are not finite and impossible rates are refused") {
  std::vector<float> samples(100);
  CHECK_THROWS_WITH(log_spectrogram(samples, 0), Contains("sample rate of 0 Hz"));
  samples[17] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(log_spectrogram(samples, rate), Contains("sample 17"));
}

TEST_CASE("a gray PNG is written, and an Error names the file that cannot be") {
  const test::TemporaryFolder folder;
  const GrayPicture picture{2, 3, {0, 50, 100, 150, 200, 250}};
  write_png(folder / "small.png", picture);
  const std::string bytes = read_file(folder / "small.png");
  CHECK(bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  const std::string header("IHDR\0\0\0\3\0\0\0\2\x8\0", 14);  // 3 x 2 pixels, 8 bits, gray
  CHECK(bytes.substr(12, header.size()) == header);

  CHECK_THROWS_WITH(write_png(folder / "missing" / "small.png", picture),
                    Contains("missing/small.png"));
}
