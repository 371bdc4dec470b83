#pragma once
#include <cstdint>

#include "datasets/clips.h"
#include "datasets/picture.h"

/// What the models of mel pictures take: windows, uint8 [n, frames, bands], time first and high
/// frequencies first. Of a clip of fewer frames, the window is the clip again and again; of one of
/// more, it is the middle.
namespace tutti {

/// One of each clip, [clips, frames, bands]. Where clips are that long and lie one after another,
/// they share their memory.
Tensor windows_of(const Clips& clips, std::int64_t frames);

/// Of a picture, [1, frames, bands].
Tensor window_of(const GrayPicture& picture, std::int64_t frames);

/// The length that most clips have, the shorter of two.
std::int64_t usual_frames(const Clips& clips);

/// Where piece k begins, of `count` of one length that are evenly spaced from start to end.
std::int64_t piece_start(std::int64_t frames, std::int64_t length, std::int64_t count,
                         std::int64_t k);

/// Evenly spaced pieces of some rows of windows that cover each from start to end:
/// [rows * crops_in(…), length, bands], those of one row one after another. A piece may be as long
/// as a window; an Error if it is longer.
std::int64_t crops_in(std::int64_t frames, std::int64_t length);
Tensor crops_of(const Tensor& windows, const std::vector<std::int32_t>& rows, std::int64_t length);

}  // namespace tutti
