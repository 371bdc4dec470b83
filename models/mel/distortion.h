#pragma once
#include <cstdint>

#include "kernels/support/random.h"

namespace tutti {

/// How far a crop of a mel picture is distorted, so that networks do not learn by heart how an
/// artist's records sound. Each is 0 for not at all.
struct Distortion {
  /// Bands are made louder or softer, as by an equalizer: by a curve over them through eight
  /// evenly spaced points, normally distributed with this deviation in dB, of which a picture's
  /// levels span 80.
  double equalizer = 0;
  /// The whole crop is moved up or down by at most so many bands.
  std::int64_t shift = 0;
  /// At most so many bands, side by side, are all made the crop's mean level; half of all at most.
  /// Park and others: SpecAugment (Interspeech 2019).
  std::int64_t mask = 0;

  bool operator==(const Distortion&) const = default;
};

/// An Error if one is below 0, or not a number.
void check(const Distortion& distortion);

/// Distorts a crop's levels [frames, bands].
void distort(std::uint8_t* levels, std::int64_t frames, std::int64_t bands,
             const Distortion& distortion, RandomStream& random);

}  // namespace tutti
