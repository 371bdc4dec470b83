#pragma once
#include <cstdint>
#include <string_view>

#include "datasets/audio/spectrogram.h"

namespace tutti {

inline constexpr std::int64_t picture_frequencies = 127;  // rows of a spectrogram picture
inline constexpr std::int64_t picture_times = 2900;       // its columns

/// A picture's levels frame by frame, [columns, rows]: the pixel of row f, column t goes to [t, f].
void write_frames(const GrayPicture& picture, std::uint8_t* levels);
/// The picture of such levels.
GrayPicture picture_of(const std::uint8_t* levels, std::int64_t rows, std::int64_t columns);

/// Writes a picture time first, [2900, 127]: the pixel of row f, column t goes to [t, f]. A picture
/// of another size than 127 × 2900 is resized: linearly between pixels, by averages where it
/// shrinks.
void write_time_first(const GrayPicture& picture, std::uint8_t* pixels);

}  // namespace tutti
