#pragma once
#include <cstdint>
#include <vector>

#include "datasets/audio/fourier.h"
#include "datasets/audio/librosa_version.h"

namespace tutti {

/// How a song is cut into frames: of 2048 samples, frame t around sample 512 t.
inline constexpr std::int64_t frame_size = Spectra::window, frame_hop = 512;
inline std::int64_t frame_count(const std::vector<float>& samples) {
  return 1 + static_cast<std::int64_t>(samples.size()) / frame_hop;
}

/// A song (at least 1025 samples) with half a frame on each side: zeros, or in 0.6 its mirror
/// image.
void pad_song(const std::vector<float>& samples, LibrosaVersion version,
              std::vector<float>& padded);

inline constexpr int mel_bands = 128;

/// What the spectra of a song's frames give, at 22 050 Hz.
struct SpectralFrames {
  std::int64_t frames = 0;
  std::vector<Spectra> magnitudes;                  // [ceil(frames / 4)], four frames side by side
  std::vector<double> mel;                          // power of the mel bands [frames][128]
  double centroid = 0, bandwidth = 0, rolloff = 0;  // of magnitudes, in hertz, means over frames
};

/// Of a padded song. Formulas as librosa's spectral_centroid, spectral_bandwidth (p = 2),
/// spectral_rolloff (0.85) and melspectrogram.
void spectral_frames(const std::vector<float>& padded, SpectralFrames& result);

/// The same power of the mel bands [frames][128] alone.
void mel_power(const std::vector<float>& padded, std::vector<double>& mel);

}  // namespace tutti
