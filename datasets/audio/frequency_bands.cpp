#include "datasets/audio/frequency_bands.h"

#include <algorithm>
#include <cmath>

#include "kernels/support/simd.h"

namespace tutti {
namespace {

/// Slaney's mel scale: 3 mels every 200 Hz up to 1000 Hz, from there on 27 mels for a factor
/// of 6.4.
double mel_of(double hertz) {
  return hertz < 1000 ? hertz * 3 / 200 : 15 + 27 * std::log(hertz / 1000) / std::log(6.4);
}
double hertz_of(double mel) {
  return mel < 15 ? mel * 200 / 3 : 1000 * std::exp((mel - 15) / 27 * std::log(6.4));
}

/// A triangle of area 1 from `low` by `peak` to `high`, all in hertz.
FrequencyBand triangle(double low, double peak, double high, double hertz_per_bin) {
  FrequencyBand band{static_cast<std::int64_t>(std::ceil(low / hertz_per_bin)), {}};
  for (auto bin = band.first; bin < Spectra::bins && bin * hertz_per_bin < high; ++bin) {
    const double hertz = bin * hertz_per_bin;
    const double height = std::min((hertz - low) / (peak - low), (high - hertz) / (high - peak));
    band.weights.push_back(height * 2 / (high - low));
  }
  return band;
}

TUTTI_SIMD void weigh_squares(const FloatLanes* values, const double* weights, std::size_t count,
                              std::array<double, lanes>& sums) {
  Lanes result{};
  for (std::size_t i = 0; i < count; ++i)
    result += weights[i] * __builtin_convertvector(values[i] * values[i], Lanes);
  for (int lane = 0; lane < lanes; ++lane) sums[lane] = result[lane];
}

}  // namespace

std::array<double, lanes> FrequencyBand::power(const Spectra& magnitudes) const {
  std::array<double, lanes> sums;
  weigh_squares(magnitudes.at + first, weights.data(), weights.size(), sums);
  return sums;
}

std::vector<FrequencyBand> frequency_bands(FrequencyScale scale, int count, int sample_rate) {
  const bool mel = scale == FrequencyScale::mel;
  const double step = (mel ? mel_of(sample_rate / 2.0) : sample_rate / 2.0) / (count + 1);
  const auto peak = [&](int i) { return mel ? hertz_of(i * step) : i * step; };
  const double hertz_per_bin = static_cast<double>(sample_rate) / Spectra::window;
  std::vector<FrequencyBand> bands;
  for (int i = 0; i < count; ++i)
    bands.push_back(triangle(peak(i), peak(i + 1), peak(i + 2), hertz_per_bin));
  return bands;
}

}  // namespace tutti
