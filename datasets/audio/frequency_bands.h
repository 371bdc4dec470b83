#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "datasets/audio/fourier.h"
#include "kernels/support/enum_names.h"

namespace tutti {

/// Where the peaks of frequency bands lie evenly: on Slaney's mel scale or in hertz.
enum class FrequencyScale { mel, linear };
template <>
inline constexpr EnumNames<FrequencyScale> enum_names<FrequencyScale> = {
    "a frequency scale", {{FrequencyScale::mel, "mel"}, {FrequencyScale::linear, "linear"}}};

/// A triangle over the bins of a power spectrum, zero outside [first, first + weights.size()).
struct FrequencyBand {
  std::int64_t first = 0;
  std::vector<double> weights;

  /// Of the squares of magnitudes.
  std::array<double, lanes> power(const Spectra& magnitudes) const;
};

/// Bands from 0 to sample_rate / 2, each a triangle of area 1 (Slaney's norm) that reaches to the
/// peaks of its neighbors: librosa.filters.mel's, or the same on a linear scale.
std::vector<FrequencyBand> frequency_bands(FrequencyScale scale, int count, int sample_rate);

}  // namespace tutti
