#include "datasets/picture.h"

#include <stb/stb_image_write.h>

#include <initializer_list>

#include "datasets/decoding/picture_decoder.h"
#include "kernels/support/error.h"
#include "tests/support/catch.h"
#include "tests/support/png.h"

using namespace tutti;
using test::Png;

namespace {

constexpr int side = 8;  // the smallest that is read

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

/// A picture of 8 × 8 equal pixels.
Png filled(int depth, int color, const std::string& pixel) {
  Png png{side, side, depth, color, {}, {}, {}};
  std::string row;
  for (int i = 0; i < side; ++i) row += pixel;
  png.rows.assign(side, row);
  return png;
}

/// The value that all pixels of a picture have.
int pixel_of(const GrayPicture& picture) {
  REQUIRE(picture.rows == side);
  REQUIRE(picture.columns == side);
  REQUIRE(picture.pixels == std::vector<std::uint8_t>(side * side, picture.pixels.at(0)));
  return picture.pixels[0];
}

int gray_of(const Png& png) { return pixel_of(decode_picture(png.file())); }

std::string damaged(std::string file, std::size_t offset) {
  file.at(offset) ^= 1;
  return file;
}

void append(void* file, void* data, int size) {
  static_cast<std::string*>(file)->append(static_cast<const char*>(data), size);
}

const std::vector<std::uint8_t> reds = [] {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 64 * 64; ++i) pixels.insert(pixels.end(), {200, 30, 90});
  return pixels;
}();

std::string jpeg() {
  std::string file;
  stbi_write_jpg_to_func(append, &file, 64, 64, 3, reds.data(), 95);
  return file;
}

std::string bmp() {
  std::string file;
  stbi_write_bmp_to_func(append, &file, 64, 64, 3, reds.data());
  return file;
}

}  // namespace

TEST_CASE("gray pictures keep their values") {
  CHECK(gray_of(filled(8, 0, bytes({137}))) == 137);
  CHECK(gray_of(filled(8, 4, bytes({137, 255}))) == 137);
}

TEST_CASE("alpha is left out") {
  CHECK(gray_of(filled(8, 4, bytes({137, 3}))) == 137);
  CHECK(gray_of(filled(8, 6, bytes({137, 137, 137, 0}))) == 137);
}

TEST_CASE("colors become the luma that PIL gives") {
  struct Case {
    int red, green, blue, luma;
  };
  // Image.new("RGB", (1, 1), color).convert("L") of Pillow 13.0.0.
  const Case cases[] = {{200, 30, 90, 88}, {255, 0, 0, 76},     {0, 255, 0, 150},
                        {0, 0, 255, 29},   {1, 2, 3, 2},        {12, 250, 77, 159},
                        {68, 1, 84, 30},   {253, 231, 37, 215}, {254, 255, 255, 255}};
  for (const auto& [red, green, blue, luma] : cases) {
    CAPTURE(red, green, blue);
    CHECK(gray_of(filled(8, 2, bytes({red, green, blue}))) == luma);
    CHECK(gray_of(filled(8, 6, bytes({red, green, blue, 255}))) == luma);
  }
  for (int v = 0; v < 256; ++v) CHECK(gray_of(filled(8, 2, bytes({v, v, v}))) == v);
}

TEST_CASE("16-bit pictures are rounded to 8 bits") {
  for (const int value : {0, 128, 129, 385, 386, 0x7fff, 0x8000, 65406, 65407, 65535}) {
    CAPTURE(value);
    const auto sample = bytes({value >> 8, value & 255});
    const int rounded = (value + 128) / 257;
    CHECK(gray_of(filled(16, 0, sample)) == rounded);
    CHECK(gray_of(filled(16, 2, sample + sample + sample)) == rounded);
    CHECK(gray_of(filled(16, 4, sample + bytes({0, 7}))) == rounded);
  }
}

TEST_CASE("palettes and fewer than 8 bits are unpacked") {
  Png palette{side, side, 8, 3, {}, bytes({10, 10, 10, 200, 30, 90}), {}};
  palette.rows.assign(side, bytes({0, 1, 0, 1, 0, 1, 0, 1}));
  const auto picture = decode_picture(palette.file());
  CHECK(picture.pixels[0] == 10);
  CHECK(picture.pixels[1] == 88);
  palette.transparency = bytes({0, 128});
  CHECK(decode_picture(palette.file()).pixels == picture.pixels);

  Png bits{side, side, 1, 0, {}, {}, {}};
  bits.rows.assign(side, bytes({0b01100000}));
  CHECK(decode_picture(bits.file()).pixels[1] == 255);
  CHECK(decode_picture(bits.file()).pixels[3] == 0);
}

TEST_CASE("JPEG and BMP pictures are read") {
  const int luma = 88;
  CHECK(decode_picture(bmp()).pixels == std::vector<std::uint8_t>(64 * 64, luma));
  for (const int value : decode_picture(jpeg()).pixels) REQUIRE(std::abs(value - luma) <= 2);
}

TEST_CASE("pixel (f, t) of a 127 x 2900 picture goes to row t, column f unchanged") {
  const auto pixel = [](int f, int t) { return (f * 31 + t * 7 + t / 256) % 256; };
  std::vector<std::uint8_t> pixels(picture_times * picture_frequencies);
  write_time_first(decode_picture(test::gray_png(2900, 127, pixel)), pixels.data());
  std::size_t wrong = 0;
  for (int t = 0; t < 2900; ++t)
    for (int f = 0; f < 127; ++f) wrong += pixels[t * 127 + f] != pixel(f, t);
  CHECK(wrong == 0);
}

TEST_CASE("other sizes are resized and stay the right way up") {
  std::vector<std::uint8_t> pixels(picture_times * picture_frequencies);
  for (const auto& [width, height] :
       {std::pair{496, 127}, {8, 8}, {5800, 254}, {9000, 40}, {4140, 181}}) {
    CAPTURE(width, height);
    // Bright at the top left, dark elsewhere.
    const auto corner = [w = width, h = height](int row, int column) {
      return row < h / 2 && column < w / 2 ? 240 : 10;
    };
    write_time_first(decode_picture(test::gray_png(width, height, corner)), pixels.data());
    CHECK(pixels[0] == 240);
    CHECK(pixels[126] == 10);
    CHECK(pixels[2899 * 127] == 10);
    CHECK(pixels[2899 * 127 + 126] == 10);
  }
}

TEST_CASE("resizing is linear between pixels and keeps a constant") {
  const auto slope = [](int, int t) { return 8 * t; };
  std::vector<std::uint8_t> pixels(picture_times * picture_frequencies);
  write_time_first(decode_picture(test::gray_png(29, 127, slope)), pixels.data());
  for (const int t : {50, 120, 149, 150, 190, 777, 2849}) {
    CAPTURE(t);
    CHECK(std::abs(pixels[t * 127 + 5] - 8 * ((t + 0.5) / 100 - 0.5)) <= 0.5);
  }

  for (int value = 0; value < 256; value += 5) {
    const auto constant = [value](int, int) { return value; };
    write_time_first(decode_picture(test::gray_png(37, 61, constant)), pixels.data());
    CAPTURE(value);
    CHECK(pixels == std::vector<std::uint8_t>(pixels.size(), value));
  }
}

TEST_CASE("what is not a picture is refused with the reason") {
  CHECK_THROWS_WITH(decode_picture(""), Contains("empty"));
  CHECK_THROWS_WITH(decode_picture("Dear diary, today I drew no picture.\n"),
                    Contains("not a picture"));
  CHECK_THROWS_WITH(decode_picture("GIF89a" + std::string(100, 'x')), Contains("not a picture"));
}

TEST_CASE("sizes out of bounds are refused before anything is decoded") {
  Png png{60000, 60000, 8, 0, {}, {}, {}};
  CHECK_THROWS_WITH(decode_picture(png.file()), Contains("declares 60000 x 60000 pixels; at most"));
  png.width = png.height = 0xffffffff;
  CHECK_THROWS_WITH(decode_picture(png.file()),
                    Contains("declares 4294967295 x 4294967295 pixels"));
  png.width = png.height = 0;
  CHECK_THROWS_WITH(decode_picture(png.file()), Contains("has 0 x 0 pixels"));
  CHECK_THROWS_WITH(decode_picture(test::gray_png(1, 1, [](int, int) { return 9; })),
                    Contains("has 1 x 1 pixels; a spectrogram has at least 8 a side"));

  auto large_bmp = bmp();
  large_bmp.replace(22, 4, bytes({0, 0, 0, 0x80}));
  CHECK_THROWS_WITH(decode_picture(large_bmp), Contains("declares 64 x 2147483648 pixels"));
}

TEST_CASE("a file cut short anywhere is refused") {
  const auto png = filled(8, 0, "x").file();
  for (std::size_t size = 0; size < png.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decode_picture(std::string_view(png).substr(0, size)), Error);
  }
  CHECK_THROWS_WITH(decode_picture(png.substr(0, png.size() - 12)), Contains("cut short"));
  for (const auto& file : {jpeg(), bmp()}) {
    CHECK_THROWS_WITH(decode_picture(file.substr(0, file.size() - 1)), Contains("cut short"));
    CHECK_THROWS_WITH(decode_picture(file.substr(0, file.size() - 150)), Contains("cut short"));
  }
}

TEST_CASE("a damaged PNG is refused") {
  const auto png = filled(8, 0, "x").file();
  CHECK_THROWS_WITH(decode_picture(damaged(png, png.size() - 40)), Contains("checksum"));
  CHECK_THROWS_WITH(decode_picture(damaged(png, png.size() - 1)), Contains("checksum"));
  auto unknown = png;
  unknown.insert(33, Png::chunk("NEWS", "?"));
  CHECK_THROWS_WITH(decode_picture(unknown), Contains("unknown kind"));
  auto harmless = png;
  harmless.insert(33, Png::chunk("teXt", "?"));
  CHECK(pixel_of(decode_picture(harmless)) == 'x');
  auto short_of_rows = filled(8, 0, "x");
  short_of_rows.rows.resize(3);
  CHECK_THROWS_WITH(decode_picture(short_of_rows.file()), Contains("damaged"));
}

TEST_CASE("a damaged JPEG is refused") {
  const auto file = jpeg();
  const auto tables = file.find("\xff\xc4");
  auto long_table = file;
  long_table.replace(tables + 5, 2, "\xff\xff");  // 255 codes of one bit, 255 of two
  CHECK_THROWS_WITH(decode_picture(long_table), Contains("Huffman table"));
  CHECK_THROWS_WITH(decode_picture("\xff" + long_table), Contains("Huffman table"));
  auto no_marker = file;
  no_marker[tables] = 'x';
  CHECK_THROWS_WITH(decode_picture(no_marker), Contains("no JPEG marker"));
}

TEST_CASE("a JPEG of thousands of scans is refused before they are decoded") {
  const auto file = jpeg();
  const auto first = file.find("\xff\xda");
  const auto scan = file.substr(first, file.size() - 2 - first);
  auto many = file;
  for (int i = 0; i < 20'000; ++i) many.insert(first, scan.substr(0, 20) + "\x7f");
  CHECK_THROWS_WITH(decode_picture(many), Contains("more than 500 scans"));
}

TEST_CASE("a palette entry that a PNG lacks is black on every run") {
  Png png = filled(8, 3, "\x09");
  png.palette = "abcdef";
  CHECK(gray_of(png) == 0);
}

TEST_CASE("a small file that unpacks without end takes bounded memory") {
  // Fixed Huffman codes: a literal, then "258 bytes as the one before" in 13 bits, again and again.
  std::string stream = "\x78\x01";
  unsigned bits = 0b011 | 0b00001100 << 3, count = 11;
  for (int i = 0; i < 1'200'000; ++i) {
    bits |= 0b10100011 << count;
    for (count += 13; count >= 8; count -= 8, bits >>= 8) stream += static_cast<char>(bits);
  }
  const auto tiny = filled(8, 0, "x").file();
  const auto bomb = tiny.substr(0, 33) + Png::chunk("IDAT", stream) + Png::chunk("IEND", "");
  CHECK_THROWS_WITH(decode_picture(bomb), Contains("outofmem"));
}
