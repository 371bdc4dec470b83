#include "datasets/audio/chroma.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "datasets/audio/audio.h"
#include "kernels/support/simd.h"

namespace tutti {
namespace {

constexpr int pitch_classes = 12;
constexpr double a0 = 27.5;  // hertz

/// Peaks of the spectra, in librosa's single precision: which of them count, and for which
/// hundredth, may hang on the last bit.
struct Peaks {
  std::vector<float> hertz, power;
};

/// The power of four frames, and the greatest of each.
struct Power {
  Spectra spectra;
  FloatLanes greatest;
};

TUTTI_SIMD void square(const Spectra& magnitudes, Power& power) {
  FloatLanes greatest{};
  for (std::int64_t k = 0; k < Spectra::bins; ++k) {
    const FloatLanes square = magnitudes.at[k] * magnitudes.at[k];
    greatest = square > greatest ? square : greatest;
    power.spectra.at[k] = square;
  }
  power.greatest = greatest;
}

/// The peaks of one frame: the tops of parabolas through local maxima of the power from 150 to
/// 4000 Hz that reach a tenth of the greatest.
void add_peaks(const Power& power, int lane, Peaks& peaks) {
  constexpr auto first = static_cast<std::int64_t>(150 / Spectra::hertz_per_bin) + 1,
                 last = static_cast<std::int64_t>(4000 / Spectra::hertz_per_bin);
  const float threshold = 0.1f * power.greatest[lane];
  const auto& at = power.spectra.at;
  for (std::int64_t k = first; k <= last; ++k) {
    const float here = at[k][lane];
    if (!(here > threshold)) continue;
    const float before = at[k - 1][lane], after = at[k + 1][lane];
    if (!(here > before && here >= after)) continue;
    const double curve = static_cast<double>(after + before) - 2.0 * here;
    const double slope = static_cast<double>(after - before) / 2;
    const auto shift = static_cast<float>(std::abs(slope) < std::abs(curve) ? -slope / curve : 0);
    peaks.hertz.push_back(
        static_cast<float>((static_cast<double>(k) + shift) * Spectra::hertz_per_bin));
    peaks.power.push_back(here + 0.5f * ((after - before) / 2) * shift);
  }
}

Peaks find_peaks(const SpectralFrames& spectra) {
  Peaks peaks;
  Power power;
  for (std::int64_t t = 0; t < spectra.frames; ++t) {
    if (t % lanes == 0) square(spectra.magnitudes[t / lanes], power);
    add_peaks(power, static_cast<int>(t % lanes), peaks);
  }
  return peaks;
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// Octaves above A0.
double octaves(double hertz, double tuning) {
  return std::log2(hertz / (a0 * std::exp2(tuning / pitch_classes)));
}

/// What each bin's power gives each pitch class, [1025][12]: librosa.filters.chroma (ctroct 5,
/// octwidth 2).
std::vector<std::array<double, pitch_classes>> chroma_filters(double tuning) {
  std::vector<double> semitones;  // of the bins 0 … 1025; the first lies as low as it needs
  for (std::int64_t k = 1; k <= Spectra::bins; ++k)
    semitones.push_back(pitch_classes *
                        octaves(static_cast<double>(k) * Spectra::hertz_per_bin, tuning));
  semitones.insert(semitones.begin(), semitones[0] - 1.5 * pitch_classes);

  std::vector<std::array<double, pitch_classes>> filters(Spectra::bins);
  for (std::int64_t k = 0; k < Spectra::bins; ++k) {
    const double width = std::max(semitones[k + 1] - semitones[k], 1.0);
    double squares = 0;
    for (int c = 0; c < pitch_classes; ++c) {  // from C on, which is 3 semitones above A
      const double distance = std::remainder(semitones[k] - (c + 3), pitch_classes);
      filters[k][c] = std::exp(-0.5 * std::pow(2 * distance / width, 2));
      squares += filters[k][c] * filters[k][c];
    }
    const double octave = (semitones[k] / pitch_classes - 5) / 2;
    for (double& weight : filters[k])
      weight *= std::exp(-0.5 * octave * octave) / std::sqrt(squares);
  }
  return filters;
}

using Chroma = std::array<std::array<double, lanes>, pitch_classes>;

TUTTI_SIMD void apply(const std::array<double, pitch_classes>* filters, const Spectra& magnitudes,
                      Chroma& chroma) {
  Lanes sums[pitch_classes] = {};
  for (std::int64_t k = 0; k < Spectra::bins; ++k) {
    const auto power = __builtin_convertvector(magnitudes.at[k] * magnitudes.at[k], Lanes);
    for (int c = 0; c < pitch_classes; ++c) sums[c] += filters[k][c] * power;
  }
  for (int c = 0; c < pitch_classes; ++c)
    for (int lane = 0; lane < lanes; ++lane) chroma[c][lane] = sums[c][lane];
}

}  // namespace

double estimate_tuning(const SpectralFrames& spectra) {
  const Peaks peaks = find_peaks(spectra);
  if (peaks.power.empty()) return 0;
  const float least = median(peaks.power);
  std::array<double, 101> edges;
  for (std::size_t i = 0; i < edges.size(); ++i) edges[i] = -0.5 + static_cast<double>(i) * 0.01;
  std::array<int, 100> votes{};
  for (std::size_t i = 0; i < peaks.power.size(); ++i) {
    if (peaks.power[i] < least) continue;
    const float semitones = pitch_classes * std::log2(peaks.hertz[i] / static_cast<float>(a0));
    float off = std::fmod(semitones, 1.0f);
    if (off >= 0.5f) off -= 1;
    ++votes.at(std::ranges::upper_bound(edges, off) - edges.begin() - 1);
  }
  return edges[std::ranges::max_element(votes) - votes.begin()];
}

double mean_chroma(const SpectralFrames& spectra, double tuning) {
  const auto filters = chroma_filters(tuning);
  double sum = 0;
  for (std::int64_t first = 0; first < spectra.frames; first += lanes) {
    Chroma chroma;
    apply(filters.data(), spectra.magnitudes[first / lanes], chroma);
    for (std::int64_t lane = 0; lane < std::min<std::int64_t>(lanes, spectra.frames - first);
         ++lane) {
      double total = 0, strongest = 0;
      for (const auto& of_class : chroma) {
        total += of_class[lane];
        strongest = std::max(strongest, of_class[lane]);
      }
      sum += strongest < std::numeric_limits<float>::min() ? total : total / strongest;
    }
  }
  return sum / static_cast<double>(spectra.frames * pitch_classes);
}

}  // namespace tutti
