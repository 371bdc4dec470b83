#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/audio.h"
#include "datasets/fourier.h"
#include "datasets/rhythm.h"
#include "datasets/spectral_frames.h"

namespace tutti {
namespace {

constexpr std::int64_t window = 8 * song_rate / frame_hop;  // 344
constexpr double usual_tempo = 120, fastest_tempo = 320;
static_assert(2 * window <= Fourier::size, "no lag wraps around");

double tempo_of(std::int64_t lag) {
  return 60.0 * song_rate / (frame_hop * static_cast<double>(lag));
}

/// Half a window of zeros before the onsets, and a ramp down to zero behind.
std::vector<double> padded(const std::vector<double>& onsets) {
  std::vector<double> result(window / 2);
  result.insert(result.end(), onsets.begin(), onsets.end());
  for (std::int64_t i = window / 2 - 1; i >= 0; --i)
    result.push_back(onsets.back() * static_cast<double>(i) / (window / 2));
  return result;
}

/// Adds up power spectra of windows of unit energy, of which it transforms eight at once: two in a
/// complex number, real and imaginary.
class SpectrumSum {
 public:
  void add(const double* start, const std::vector<double>& hann) {
    double energy = 0;
    for (std::int64_t i = 0; i < window; ++i) energy += std::pow(hann[i] * start[i], 2);
    if (energy == 0) return;
    const double scale = 1 / std::sqrt(energy);
    const std::int64_t lane = waiting_ / 2;
    for (std::int64_t i = 0; i < window; ++i) {
      auto& x = packed_[i];
      (waiting_ % 2 ? x.imaginary : x.real)[lane] = scale * hann[i] * start[i];
    }
    if (++waiting_ == 2 * lanes) flush();
  }

  /// The sum of the windows' autocorrelations, [344].
  std::vector<double> autocorrelation() {
    if (waiting_ > 0) flush();
    for (std::int64_t k = 0; k < Fourier::size; ++k) {
      const auto mirrored = (Fourier::size - k) % Fourier::size;
      packed_[k].real = Lanes{} + (sum_[k] + sum_[mirrored]) / (2.0 * Fourier::size);
    }
    fourier_.transform(packed_);
    std::vector<double> result;
    for (std::int64_t lag = 0; lag < window; ++lag) result.push_back(packed_[lag].real[0]);
    return result;
  }

 private:
  void flush() {
    fourier_.transform(packed_);
    for (std::int64_t k = 0; k < Fourier::size; ++k)
      for (int lane = 0; lane < lanes; ++lane)
        sum_[k] += std::pow(packed_[k].real[lane], 2) + std::pow(packed_[k].imaginary[lane], 2);
    std::ranges::fill(packed_, ComplexLanes{});
    waiting_ = 0;
  }

  Fourier fourier_;
  std::vector<ComplexLanes> packed_ = std::vector<ComplexLanes>(Fourier::size);
  std::vector<double> sum_ = std::vector<double>(Fourier::size);
  std::int64_t waiting_ = 0;
};

/// The mean over frames of the autocorrelation of the onsets around them, 1 at lag 0.
std::vector<double> mean_autocorrelation(const std::vector<double>& onsets) {
  std::vector<double> hann;
  for (std::int64_t i = 0; i < window; ++i)
    hann.push_back(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / window));
  const auto all = padded(onsets);
  SpectrumSum sum;
  for (std::size_t t = 0; t < onsets.size(); ++t) sum.add(all.data() + t, hann);
  auto result = sum.autocorrelation();
  for (double& value : result) value /= static_cast<double>(onsets.size());
  return result;
}

}  // namespace

double estimate_tempo(const std::vector<double>& onsets, Compat compat) {
  if (std::ranges::all_of(onsets, [](double x) { return x == 0; })) return 0;
  const auto correlation = mean_autocorrelation(onsets);
  std::int64_t best = 0;
  double highest = compat == Compat::v0_6 ? 0 : -HUGE_VAL;
  for (std::int64_t lag = 1; lag < window; ++lag) {
    if (tempo_of(lag) >= fastest_tempo) continue;
    const double prior = -0.5 * std::pow(std::log2(tempo_of(lag) / usual_tempo), 2);
    const double score = compat == Compat::v0_6 ? correlation[lag] * std::exp(prior)
                                                : std::log1p(1e6 * correlation[lag]) + prior;
    if (score > highest) {
      highest = score;
      best = lag;
    }
  }
  return best == 0 ? usual_tempo : tempo_of(best);
}

}  // namespace tutti
