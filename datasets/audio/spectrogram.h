#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "datasets/audio/frequency_bands.h"

namespace tutti {

/// A spectrogram picture, gray: `rows` frequencies (low ones at the bottom) × `columns` time steps,
/// row-major as a picture file holds it.
struct GrayPicture {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::uint8_t> pixels;
};

/// The log power of 127 frequency bands (0 to sample_rate / 2) at the middles of 2900 equal parts
/// of the samples (Hann window of 2048, centered, zeros beyond the ends), over a range of 80 dB
/// below the loudest value: 255 is the loudest, 0 is 80 dB below it or less. Silence is all 0. An
/// Error if a sample is not finite.
GrayPicture log_spectrogram(const std::vector<float>& samples, int sample_rate,
                            FrequencyScale scale = FrequencyScale::mel);

/// Writes an 8-bit gray PNG atomically. An Error names the file if it cannot be written.
void write_png(const std::filesystem::path& path, const GrayPicture& picture);

}  // namespace tutti
