#include "datasets/picture.h"

#include <stb/stb_image_resize.h>

#include "kernels/support/error.h"

namespace tutti {
namespace {

GrayPicture resized(const GrayPicture& picture) {
  GrayPicture result{picture_frequencies, picture_times, {}};
  result.pixels.resize(static_cast<std::size_t>(result.rows * result.columns));
  if (!stbir_resize_uint8_generic(
          picture.pixels.data(), static_cast<int>(picture.columns), static_cast<int>(picture.rows),
          0, result.pixels.data(), static_cast<int>(result.columns), static_cast<int>(result.rows),
          0,
          /*num_channels=*/1, STBIR_ALPHA_CHANNEL_NONE, /*flags=*/0, STBIR_EDGE_CLAMP,
          STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, /*alloc_context=*/nullptr))
    throw Error("no memory to resize it from ", picture.columns, " x ", picture.rows, " pixels");
  return result;
}

}  // namespace

void write_frames(const GrayPicture& picture, std::uint8_t* levels) {
  for (std::int64_t t = 0; t < picture.columns; ++t)
    for (std::int64_t f = 0; f < picture.rows; ++f)
      *levels++ = picture.pixels[static_cast<std::size_t>(f * picture.columns + t)];
}

GrayPicture picture_of(const std::uint8_t* levels, std::int64_t rows, std::int64_t columns) {
  GrayPicture picture{rows, columns, {}};
  picture.pixels.resize(static_cast<std::size_t>(rows * columns));
  for (std::int64_t t = 0; t < columns; ++t)
    for (std::int64_t f = 0; f < rows; ++f)
      picture.pixels[static_cast<std::size_t>(f * columns + t)] = *levels++;
  return picture;
}

void write_time_first(const GrayPicture& picture, std::uint8_t* pixels) {
  const bool fits = picture.rows == picture_frequencies && picture.columns == picture_times;
  write_frames(fits ? picture : resized(picture), pixels);
}

}  // namespace tutti
