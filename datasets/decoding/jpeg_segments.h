#pragma once
#include <string_view>

namespace tutti {

/// Whether stb_image takes a file for a JPEG.
bool is_jpeg(std::string_view file);

/// An Error unless a JPEG is a row of whole segments up to its end, with at most 500 scans and with
/// Huffman tables of at most 256 codes: stb_image 2.27 writes larger ones past the end of its own.
void check_jpeg_segments(std::string_view file);

}  // namespace tutti
