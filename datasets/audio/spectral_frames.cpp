#include "datasets/audio/spectral_frames.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "datasets/audio/audio.h"
#include "datasets/audio/frequency_bands.h"
#include "kernels/support/simd.h"

namespace tutti {
namespace {

constexpr float share_below_rolloff = 0.85f;

/// In bins.
struct SpectralShape {
  std::array<double, lanes> centroid, bandwidth, rolloff;
};

/// The moments of the magnitudes, and the first bin up to which lie 0.85 of them (by sums in single
/// precision, as librosa's).
TUTTI_SIMD void measure_shape(const Spectra& magnitudes, SpectralShape& shape) {
  FloatLanes below[Spectra::bins], sum{};
  Lanes total{}, first{}, second{};
  for (std::int64_t k = 0; k < Spectra::bins; ++k) {
    const auto magnitude = __builtin_convertvector(magnitudes.at[k], Lanes);
    const auto bin = static_cast<double>(k);
    total += magnitude;
    first += bin * magnitude;
    second += bin * bin * magnitude;
    below[k] = sum += magnitudes.at[k];
  }
  const FloatLanes threshold = share_below_rolloff * sum;
  FloatLanes rolloff{};
  for (std::int64_t k = 0; k < Spectra::bins; ++k)
    rolloff += below[k] < threshold ? FloatLanes{} + 1 : FloatLanes{};
  // As librosa, which leaves what is all but silent as it is.
  const Lanes norm = total < std::numeric_limits<float>::min() ? Lanes{} + 1 : total;
  const Lanes centroid = first / norm;
  const Lanes variance = (second - 2 * centroid * first + centroid * centroid * total) / norm;
  for (int lane = 0; lane < lanes; ++lane) {
    shape.centroid[lane] = centroid[lane];
    shape.bandwidth[lane] = std::sqrt(std::max(0.0, variance[lane]));
    shape.rolloff[lane] = rolloff[lane];
  }
}

std::int64_t frames_in(const std::vector<float>& padded) {
  return 1 + (static_cast<std::int64_t>(padded.size()) - frame_size) / frame_hop;
}

/// Where frames [first, first + count) of a padded song start, the last one for all lanes left.
std::array<const float*, lanes> frames_at(const std::vector<float>& padded, std::int64_t first,
                                          std::int64_t count) {
  std::array<const float*, lanes> starts;
  for (std::int64_t lane = 0; lane < lanes; ++lane)
    starts[lane] = padded.data() + frame_hop * (first + std::min(lane, count - 1));
  return starts;
}

/// The power of the mel bands of `count` frames, to mel [count][128].
void put_mel(const Spectra& magnitudes, std::int64_t count, double* mel) {
  static const auto bands = frequency_bands(FrequencyScale::mel, mel_bands, song_rate);
  for (int band = 0; band < mel_bands; ++band) {
    const auto power = bands[band].power(magnitudes);
    for (std::int64_t lane = 0; lane < count; ++lane) mel[lane * mel_bands + band] = power[lane];
  }
}

}  // namespace

void pad_song(const std::vector<float>& samples, LibrosaVersion version,
              std::vector<float>& padded) {
  constexpr std::ptrdiff_t half = frame_size / 2;
  padded.assign(half, 0);
  padded.insert(padded.end(), samples.begin(), samples.end());
  padded.insert(padded.end(), half, 0);
  if (version == LibrosaVersion::v0_11) return;
  std::reverse_copy(samples.begin() + 1, samples.begin() + 1 + half, padded.begin());
  std::reverse_copy(samples.end() - 1 - half, samples.end() - 1, padded.end() - half);
}

void spectral_frames(const std::vector<float>& padded, SpectralFrames& result) {
  result.frames = frames_in(padded);
  result.magnitudes.resize(static_cast<std::size_t>((result.frames + lanes - 1) / lanes));
  result.mel.resize(static_cast<std::size_t>(result.frames * mel_bands));
  result.centroid = result.bandwidth = result.rolloff = 0;

  SpectrumAnalyzer analyzer;
  for (std::int64_t first = 0; first < result.frames; first += lanes) {
    const auto count = std::min<std::int64_t>(lanes, result.frames - first);
    Spectra& magnitudes = result.magnitudes[first / lanes];
    analyzer.magnitudes(frames_at(padded, first, count), magnitudes);
    SpectralShape shape;
    measure_shape(magnitudes, shape);
    for (std::int64_t lane = 0; lane < count; ++lane) {
      result.centroid += shape.centroid[lane];
      result.bandwidth += shape.bandwidth[lane];
      result.rolloff += shape.rolloff[lane];
    }
    put_mel(magnitudes, count, result.mel.data() + first * mel_bands);
  }
  const double to_mean_hertz = Spectra::hertz_per_bin / static_cast<double>(result.frames);
  for (double* sum : {&result.centroid, &result.bandwidth, &result.rolloff}) *sum *= to_mean_hertz;
}

void mel_power(const std::vector<float>& padded, std::vector<double>& mel) {
  const auto frames = frames_in(padded);
  mel.resize(static_cast<std::size_t>(frames * mel_bands));
  SpectrumAnalyzer analyzer;
  Spectra magnitudes;
  for (std::int64_t first = 0; first < frames; first += lanes) {
    const auto count = std::min<std::int64_t>(lanes, frames - first);
    analyzer.magnitudes(frames_at(padded, first, count), magnitudes);
    put_mel(magnitudes, count, mel.data() + first * mel_bands);
  }
}

}  // namespace tutti
