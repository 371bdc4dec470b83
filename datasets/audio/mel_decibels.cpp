#include "datasets/audio/mel_decibels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "datasets/audio/spectral_frames.h"

namespace tutti {
namespace {

constexpr double least_power = 1e-10, range = 80;
constexpr int mfcc_count = 20;

/// Of values that are not negative.
double median(std::array<double, mel_bands>& values) {
  static_assert(mel_bands % 2 == 0);
  if (std::ranges::count(values, 0.0) > mel_bands / 2) return 0;
  const auto middle = values.begin() + mel_bands / 2;
  std::nth_element(values.begin(), middle, values.end());
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

void to_decibels(std::vector<double>& power) {
  for (double& value : power)
    value = 10 * std::numbers::log10e * std::log(std::max(least_power, value));
  const double least = *std::ranges::max_element(power) - range;
  for (double& value : power) value = std::max(value, least);
}

std::vector<float> single_decibels(const std::vector<double>& power) {
  std::vector<float> decibels;
  decibels.reserve(power.size());
  for (const double value : power) {
    const float single = std::max(static_cast<float>(least_power), static_cast<float>(value));
    decibels.push_back(10 * static_cast<float>(std::log10(static_cast<double>(single))));
  }
  const float loudest = *std::ranges::max_element(decibels);
  for (float& value : decibels) value = std::max(value - loudest, static_cast<float>(-range));
  return decibels;
}

std::vector<double> mean_mfcc(const std::vector<double>& decibels) {
  // The transform of the mean is the mean of the transforms.
  std::array<double, mel_bands> mean{};
  const auto frames = static_cast<std::int64_t>(decibels.size()) / mel_bands;
  for (std::int64_t t = 0; t < frames; ++t)
    for (int band = 0; band < mel_bands; ++band) mean[band] += decibels[t * mel_bands + band];

  std::vector<double> mfcc(mfcc_count);
  for (int k = 0; k < mfcc_count; ++k) {
    for (int band = 0; band < mel_bands; ++band)
      mfcc[k] += mean[band] * std::cos(std::numbers::pi * k * (2 * band + 1) / (2 * mel_bands));
    mfcc[k] *= std::sqrt((k == 0 ? 1.0 : 2.0) / mel_bands) / static_cast<double>(frames);
  }
  return mfcc;
}

std::vector<double> onset_strength(const std::vector<double>& decibels) {
  constexpr std::int64_t shift = 1 + frame_size / (2 * frame_hop);
  const auto frames = static_cast<std::int64_t>(decibels.size()) / mel_bands;
  std::vector<double> onsets(static_cast<std::size_t>(frames));
  for (std::int64_t t = 0; t + shift < frames; ++t) {
    const double* const before = decibels.data() + t * mel_bands;
    std::array<double, mel_bands> rise;
    for (int band = 0; band < mel_bands; ++band)
      rise[band] = std::max(0.0, before[mel_bands + band] - before[band]);
    onsets[t + shift] = median(rise);
  }
  return onsets;
}

}  // namespace tutti
