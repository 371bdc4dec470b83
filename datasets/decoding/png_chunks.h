#pragma once
#include <cstdint>
#include <string_view>

namespace tutti {

struct PictureSize {
  std::int64_t width = 0, height = 0;
};

/// Whether a file begins as a PNG does.
bool is_png(std::string_view file);

/// The size that a PNG's header declares.
PictureSize png_size(std::string_view file);

/// An Error unless the chunks of a PNG are whole up to its end, of known kinds and with the right
/// checksums, none of which stb_image looks at.
void check_png_chunks(std::string_view file);

}  // namespace tutti
