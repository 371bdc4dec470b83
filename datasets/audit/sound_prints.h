#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "datasets/audio/fourier.h"
#include "datasets/clips.h"

namespace tutti {

/// The signs that find_copies compares.
inline constexpr std::int64_t print_bands = 16;
struct SoundPrint {
  std::int64_t frames = 0;
  std::vector<std::int8_t> signs;  // [frames][16]: -1, 0 or 1
};

/// Of a clip of levels [frames][bands]. `thin` frames each become one, their mean.
SoundPrint sound_print(const std::uint8_t* levels, std::int64_t frames, std::int64_t bands,
                       std::int64_t thin);

/// The sum of products of the signs, frame t of a with frame t - lag of b.
std::int64_t agreement(const SoundPrint& a, const SoundPrint& b, std::int64_t lag);
inline std::int64_t frames_in_common(std::int64_t a, std::int64_t b, std::int64_t lag) {
  return std::min(a, b + lag) - std::max<std::int64_t>(0, lag);
}

/// Agreements at all lags at once, by low frequencies of prints' Fourier transforms (of 1024).
inline constexpr std::int64_t print_bins = 192, longest_print = 1000;

/// [12 blocks of 16 bins][16 bands], real and imaginary parts.
struct PrintSpectrum {
  using Bins [[gnu::vector_size(16 * sizeof(float)), gnu::aligned(16)]] = float;
  struct Block {
    Bins real[print_bands], imaginary[print_bands];
  };
  std::vector<Block> blocks;
};
PrintSpectrum print_spectrum(const SoundPrint& print, Fourier& fourier);

/// Of one print with eight others, about agreement(a, b, lag) + agreement(a, b, lag - 1024) for
/// lag 0 … 1023: result [1024] holds the first four in the real parts, the others in the imaginary.
void agreements(const PrintSpectrum& a, const std::array<const PrintSpectrum*, 2 * lanes>& b,
                Fourier& fourier, std::vector<ComplexLanes>& result);

}  // namespace tutti
