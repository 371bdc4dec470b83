#include "datasets/audio/song_features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "datasets/audio/chroma.h"
#include "datasets/audio/mel_decibels.h"
#include "datasets/audio/rhythm.h"
#include "datasets/audio/spectral_frames.h"
#include "kernels/support/simd.h"

namespace tutti {
namespace {

/// The sum of squares of frame_hop samples, as several sums that a vector register holds.
TUTTI_SIMD double energy(const float* samples) {
  std::array<double, 16> sums{};
  for (std::int64_t i = 0; i < frame_hop; i += sums.size())
    for (std::size_t j = 0; j < sums.size(); ++j)
      sums[j] += static_cast<double>(samples[i + j]) * samples[i + j];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

/// librosa.feature.rms of a padded song.
double mean_rms(const std::vector<float>& padded, std::int64_t frames) {
  constexpr std::int64_t parts = frame_size / frame_hop;
  std::vector<double> energies;
  for (std::int64_t i = 0; i < frames + parts - 1; ++i)
    energies.push_back(energy(padded.data() + i * frame_hop));
  double sum = 0;
  for (std::int64_t t = 0; t < frames; ++t)
    sum += std::sqrt(std::accumulate(&energies[t], &energies[t] + parts, 0.0) / frame_size);
  return sum / static_cast<double>(frames);
}

/// How many of the samples are on the other side of zero than the one before. Values within 1e-10
/// are zero, and zero counts as positive.
TUTTI_SIMD std::int64_t count_crossings(const float* samples, std::int64_t count) {
  std::int64_t crossings = 0;
  for (std::int64_t i = 0; i < count; ++i)
    crossings += (samples[i] < -1e-10f) != (samples[i - 1] < -1e-10f);
  return crossings;
}

/// librosa.feature.zero_crossing_rate: the first sample of a frame does not count, beyond the ends
/// the song goes on with its last values.
double mean_zero_crossing_rate(const std::vector<float>& samples) {
  constexpr auto half = frame_size / 2;
  const auto n = static_cast<std::int64_t>(samples.size());
  const auto between = [&](std::int64_t first, std::int64_t end) {
    first = std::clamp<std::int64_t>(first, 1, n);
    return count_crossings(samples.data() + first, std::clamp(end, first, n) - first);
  };
  // A frame's crossings are those of four parts but for the last sample of the last part.
  const auto frames = frame_count(samples);
  std::int64_t sum = 0;
  for (std::int64_t part = -half / frame_hop; part < frames + half / frame_hop - 1; ++part) {
    const auto uses = std::min(part + half / frame_hop, frames - 1) -
                      std::max<std::int64_t>(part - half / frame_hop + 1, 0) + 1;
    sum += uses * between(part * frame_hop + 1, (part + 1) * frame_hop + 1);
  }
  for (std::int64_t t = 0; t < frames; ++t)
    sum -= between(t * frame_hop + half, t * frame_hop + half + 1);
  return static_cast<double>(sum) / static_cast<double>(frames * frame_size);
}

/// Several megabytes that serve song after song.
struct Scratch {
  std::vector<float> padded;
  SpectralFrames spectra;
};

}  // namespace

std::vector<double> song_features(const std::vector<float>& samples, LibrosaVersion version) {
  thread_local Scratch scratch;
  auto& [padded, spectra] = scratch;
  pad_song(samples, version, padded);
  spectral_frames(padded, spectra);
  to_decibels(spectra.mel);
  const auto onsets = onset_strength(spectra.mel);
  const double tempo = estimate_tempo(onsets, version);

  std::vector<double> features = {tempo,
                                  static_cast<double>(count_beats(onsets, tempo, version)),
                                  mean_chroma(spectra, estimate_tuning(spectra)),
                                  mean_rms(padded, spectra.frames),
                                  spectra.centroid,
                                  spectra.bandwidth,
                                  spectra.rolloff,
                                  mean_zero_crossing_rate(samples)};
  const auto mfcc = mean_mfcc(spectra.mel);
  features.insert(features.end(), mfcc.begin(), mfcc.end());
  return features;
}

}  // namespace tutti
