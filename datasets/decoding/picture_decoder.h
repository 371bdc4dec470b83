#pragma once
#include <string_view>

#include "datasets/audio/spectrogram.h"
#include "datasets/decoding/png_chunks.h"

namespace tutti {

/// An Error if a picture of this size is not read: too large, or too small for a spectrogram.
void expect_picture_size(PictureSize size);

/// Decodes a picture file. As PIL's convert("L") does, color becomes its Rec. 601 luma and alpha
/// is left out; 16 bits are rounded to 8. An Error says what is wrong, but not with which file.
/// Runs in tutti-reader: read_picture is for programs.
GrayPicture decode_picture(std::string_view file);

}  // namespace tutti
