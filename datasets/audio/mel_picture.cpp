#include "datasets/audio/mel_picture.h"

#include <algorithm>
#include <cmath>

#include "datasets/audio/audio.h"
#include "datasets/audio/mel_decibels.h"
#include "datasets/audio/spectral_frames.h"

namespace tutti {
namespace {

std::int64_t columns_of(std::size_t samples) {
  constexpr auto whole = static_cast<std::int64_t>(window_seconds) * song_rate;
  const auto count = static_cast<std::int64_t>(samples);
  const auto rounded = (2 * count * mel_picture_columns + whole) / (2 * whole);
  return std::clamp<std::int64_t>(rounded, 1, mel_picture_columns);
}

}  // namespace

GrayPicture mel_picture(const std::vector<float>& samples) {
  thread_local std::vector<float> padded;
  thread_local std::vector<double> power;
  pad_song(samples, LibrosaVersion::v0_11, padded);
  mel_power(padded, power);
  const auto decibels = single_decibels(power);
  const auto [lowest, highest] = std::ranges::minmax(decibels);
  const float range = highest - lowest;

  const auto frames = static_cast<std::int64_t>(decibels.size()) / mel_bands;
  GrayPicture picture{mel_bands, columns_of(samples.size()), {}};
  picture.pixels.resize(static_cast<std::size_t>(picture.rows * picture.columns));
  if (range == 0) return picture;
  for (std::int64_t column = 0; column < picture.columns; ++column) {
    const auto frame = (2 * column + 1) * frames / (2 * picture.columns);
    for (std::int64_t band = 0; band < mel_bands; ++band) {
      const float level = 256 * (decibels[frame * mel_bands + band] - lowest) / range;
      picture.pixels[(mel_bands - 1 - band) * picture.columns + column] =
          static_cast<std::uint8_t>(std::min(255.0f, std::floor(level)));
    }
  }
  return picture;
}

}  // namespace tutti
