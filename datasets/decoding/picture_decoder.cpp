#include "datasets/decoding/picture_decoder.h"

#include <stb/stb_image.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "datasets/decoding/jpeg_segments.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr std::int64_t largest_side = 16384;
constexpr std::int64_t most_pixels = largest_side * 1024;
constexpr std::int64_t smallest_side = 8;  // below, there is nothing to hear

/// What stb_image reads a file from. It fills what is missing at the end with zeros, so this notes
/// that it asked for more than there is.
struct Source {
  std::string_view rest;
  bool ran_out = false;

  int read(char* data, int size) {
    const auto count = std::min(rest.size(), static_cast<std::size_t>(size));
    std::memcpy(data, rest.data(), count);
    rest.remove_prefix(count);
    ran_out |= count == 0;
    return static_cast<int>(count);
  }

  void skip(int count) {
    ran_out |= static_cast<std::size_t>(count) > rest.size();
    rest.remove_prefix(std::min(rest.size(), static_cast<std::size_t>(count)));
  }
};

constexpr stbi_io_callbacks source_callbacks = {
    [](void* source, char* data, int size) {
      return static_cast<Source*>(source)->read(data, size);
    },
    [](void* source, int count) { static_cast<Source*>(source)->skip(count); },
    [](void* source) { return static_cast<int>(static_cast<Source*>(source)->rest.empty()); }};

PictureSize declared_size(std::string_view file) {
  if (is_png(file)) return png_size(file);
  int width = 0, height = 0;
  if (!stbi_info_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                             static_cast<int>(file.size()), &width, &height, nullptr))
    throw Error("not a picture that can be read (PNG, JPEG or BMP)");
  // A BMP whose first row is the top one has a negative height.
  return {width, std::abs(std::int64_t{height})};
}

/// 8-bit gray of one pixel's 16-bit samples: PIL's weights in 1/65536, and one rounding at the end,
/// so that 8-bit samples (here times 257) come out as they do there.
std::uint8_t gray(const std::uint16_t* pixel, int channels) {
  const bool color = channels >= 3;
  const std::uint64_t red = pixel[0], green = pixel[color ? 1 : 0], blue = pixel[color ? 2 : 0];
  const std::uint64_t luma = 19595 * red + 38470 * green + 7471 * blue;
  return static_cast<std::uint8_t>((luma + 257 * 32768) / (257 * 65536));
}

}  // namespace

void expect_picture_size(PictureSize size) {
  const auto [width, height] = size;
  if (std::max(width, height) > largest_side || width * height > most_pixels)
    throw Error("declares ", width, " x ", height, " pixels; at most ", largest_side,
                " a side and ", most_pixels, " in all can be read");
  if (std::min(width, height) < smallest_side)
    throw Error("has ", width, " x ", height, " pixels; a spectrogram has at least ", smallest_side,
                " a side");
}

GrayPicture decode_picture(std::string_view file) {
  if (file.empty()) throw Error("the file is empty");
  if (is_jpeg(file)) check_jpeg_segments(file);
  expect_picture_size(declared_size(file));
  if (is_png(file)) check_png_chunks(file);

  Source source{file};
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<std::uint16_t, void (*)(void*)> samples(
      stbi_load_16_from_callbacks(&source_callbacks, &source, &width, &height, &channels, 0),
      stbi_image_free);
  if (source.ran_out) throw Error("cut short: the file ends before the picture does");
  if (!samples) throw Error("damaged: stb_image says '", stbi_failure_reason(), "'");

  GrayPicture picture{height, width, std::vector<std::uint8_t>(std::size_t(width) * height)};
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    picture.pixels[i] = gray(samples.get() + i * channels, channels);
  return picture;
}

}  // namespace tutti
