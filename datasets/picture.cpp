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

void write_time_first(const GrayPicture& picture, std::uint8_t* pixels) {
  if (picture.rows != picture_frequencies || picture.columns != picture_times)
    return write_time_first(resized(picture), pixels);
  for (std::int64_t t = 0; t < picture_times; ++t)
    for (std::int64_t f = 0; f < picture_frequencies; ++f)
      *pixels++ = picture.pixels[static_cast<std::size_t>(f * picture_times + t)];
}

}  // namespace tutti
