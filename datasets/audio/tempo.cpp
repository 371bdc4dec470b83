#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "datasets/audio/audio.h"
#include "datasets/audio/fourier.h"
#include "datasets/audio/rhythm.h"
#include "datasets/audio/spectral_frames.h"
#include "kernels/support/simd.h"

namespace tutti {
namespace {

constexpr std::int64_t onset_window = 8 * song_rate / frame_hop;  // 344
constexpr double usual_tempo = 120, fastest_tempo = 320;
static_assert(2 * onset_window <= Fourier::size, "no lag wraps around");

double tempo_of(std::int64_t lag) {
  return 60.0 * song_rate / (frame_hop * static_cast<double>(lag));
}

/// Half a window of zeros before the onsets, and a ramp down to zero behind.
std::vector<double> padded(const std::vector<double>& onsets) {
  std::vector<double> result(onset_window / 2);
  result.insert(result.end(), onsets.begin(), onsets.end());
  for (std::int64_t i = onset_window / 2 - 1; i >= 0; --i)
    result.push_back(onsets.back() * static_cast<double>(i) / (onset_window / 2));
  return result;
}

using Window = std::array<double, onset_window>;

/// The onsets from `start` on under a Hann window, of unit energy (or silent).
TUTTI_SIMD void cut(const double* start, const Window& hann, Window& result) {
  Lanes sums{};
  for (std::int64_t i = 0; i < onset_window; i += lanes)
    for (int lane = 0; lane < lanes; ++lane) {
      result[i + lane] = hann[i + lane] * start[i + lane];
      sums[lane] += result[i + lane] * result[i + lane];
    }
  double energy = 0;
  for (int lane = 0; lane < lanes; ++lane) energy += sums[lane];
  const double scale = energy == 0 ? 0 : 1 / std::sqrt(energy);
  for (double& value : result) value *= scale;
}
static_assert(onset_window % lanes == 0);

TUTTI_SIMD void add_power(const ComplexLanes* x, Lanes* sums) {
  for (std::int64_t k = 0; k < Fourier::size; ++k)
    sums[k] += x[k].real * x[k].real + x[k].imaginary * x[k].imaginary;
}

/// Adds up power spectra of windows, of which it transforms eight at once: two in a complex number,
/// real and imaginary.
class SpectrumSum {
 public:
  void add(const Window& values) {
    const std::int64_t lane = waiting_ / 2;
    for (std::int64_t i = 0; i < onset_window; ++i)
      (waiting_ % 2 ? packed_[i].imaginary : packed_[i].real)[lane] = values[i];
    if (++waiting_ == 2 * lanes) flush();
  }

  /// The sum of the windows' autocorrelations, [344].
  std::vector<double> autocorrelation() {
    if (waiting_ > 0) flush();
    for (std::int64_t k = 0; k < Fourier::size; ++k) {
      const auto sum = sums_[k] + sums_[(Fourier::size - k) % Fourier::size];
      packed_[k].real = Lanes{} + (sum[0] + sum[1] + sum[2] + sum[3]) / (2.0 * Fourier::size);
    }
    fourier_.transform(packed_);
    std::vector<double> result;
    for (std::int64_t lag = 0; lag < onset_window; ++lag) result.push_back(packed_[lag].real[0]);
    return result;
  }

 private:
  void flush() {
    fourier_.transform(packed_);
    add_power(packed_.data(), sums_);
    std::ranges::fill(packed_, ComplexLanes{});
    waiting_ = 0;
  }

  Fourier fourier_;
  std::vector<ComplexLanes> packed_ = std::vector<ComplexLanes>(Fourier::size);
  Lanes sums_[Fourier::size] = {};
  std::int64_t waiting_ = 0;
};

/// The mean over frames of the autocorrelation of the onsets around them, 1 at lag 0.
std::vector<double> mean_autocorrelation(const std::vector<double>& onsets) {
  Window hann, values;
  for (std::int64_t i = 0; i < onset_window; ++i)
    hann[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / onset_window);
  const auto all = padded(onsets);
  SpectrumSum sum;
  for (std::size_t t = 0; t < onsets.size(); ++t) {
    cut(all.data() + t, hann, values);
    sum.add(values);
  }
  auto result = sum.autocorrelation();
  for (double& value : result) value /= static_cast<double>(onsets.size());
  return result;
}

}  // namespace

double estimate_tempo(const std::vector<double>& onsets, LibrosaVersion version) {
  if (std::ranges::all_of(onsets, [](double x) { return x == 0; })) return 0;
  const auto correlation = mean_autocorrelation(onsets);
  std::int64_t best = 0;
  double highest = version == LibrosaVersion::v0_6 ? 0 : -HUGE_VAL;
  for (std::int64_t lag = 1; lag < onset_window; ++lag) {
    if (tempo_of(lag) >= fastest_tempo) continue;
    const double prior = -0.5 * std::pow(std::log2(tempo_of(lag) / usual_tempo), 2);
    const double score = version == LibrosaVersion::v0_6
                             ? correlation[lag] * std::exp(prior)
                             : std::log1p(1e6 * correlation[lag]) + prior;
    if (score > highest) {
      highest = score;
      best = lag;
    }
  }
  return best == 0 ? usual_tempo : tempo_of(best);
}

}  // namespace tutti
