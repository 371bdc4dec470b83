#pragma once
#include <cstdint>
#include <string_view>

#include "datasets/audio/spectrogram.h"

namespace tutti {

inline constexpr std::int64_t picture_frequencies = 127;  // rows of a spectrogram picture
inline constexpr std::int64_t picture_times = 2900;       // its columns

/// Decodes a picture file. As PIL's convert("L") does, color becomes its Rec. 601 luma and alpha
/// is left out; 16 bits are rounded to 8. An Error says what is wrong, but not with which file.
GrayPicture decode_picture(std::string_view file);

/// Writes a picture time first, [2900, 127]: the pixel of row f, column t goes to [t, f]. A picture
/// of another size than 127 × 2900 is resized: linearly between pixels, by averages where it
/// shrinks.
void write_time_first(const GrayPicture& picture, std::uint8_t* pixels);

}  // namespace tutti
