#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

/// A PNG of any kind, uncompressed: `rows` are its scan lines, packed as the kind demands.
struct Png {
  std::uint32_t width = 0, height = 0;
  int depth = 8;  // bits a sample
  int color = 0;  // 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA
  std::vector<std::string> rows;
  std::string palette, transparency;

  std::string file() const {
    std::string scan_lines;
    for (const auto& row : rows) scan_lines += '\0' + row;  // filter 0: none
    std::string header = big_endian(width) + big_endian(height);
    for (const int value : {depth, color, 0, 0, 0}) header += static_cast<char>(value);
    std::string bytes = "\x89PNG\r\n\x1a\n" + chunk("IHDR", header);
    if (!palette.empty()) bytes += chunk("PLTE", palette);
    if (!transparency.empty()) bytes += chunk("tRNS", transparency);
    return bytes + chunk("IDAT", stored(scan_lines)) + chunk("IEND", "");
  }

  static std::string chunk(const std::string& type, const std::string& data) {
    return big_endian(static_cast<std::uint32_t>(data.size())) + type + data +
           big_endian(crc(type + data));
  }

  static std::string big_endian(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
  }

 private:
  /// A zlib stream of stored blocks.
  static std::string stored(std::string_view data) {
    constexpr std::size_t longest = 65535;
    std::string stream = "\x78\x01";
    std::uint32_t a = 1, b = 0;
    for (const unsigned char byte : data) b = (b + (a = (a + byte) % 65521)) % 65521;
    for (bool last = false; !last; data.remove_prefix(std::min(longest, data.size()))) {
      const auto block = data.substr(0, longest);
      last = block.size() == data.size();
      stream += static_cast<char>(last);
      for (const auto length : {block.size(), ~block.size()}) {
        stream += static_cast<char>(length);
        stream += static_cast<char>(length >> 8);
      }
      stream += block;
    }
    return stream + big_endian(b << 16 | a);
  }

  static std::uint32_t crc(std::string_view data) {
    std::uint32_t value = ~0u;
    for (const unsigned char byte : data) {
      value ^= byte;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0u);
    }
    return ~value;
  }
};

/// An 8-bit gray PNG; pixel(row, column) gives its values.
template <class Pixel>
std::string gray_png(int width, int height, const Pixel& pixel) {
  Png png{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), 8, 0, {}, {}, {}};
  for (int row = 0; row < height; ++row) {
    auto& bytes = png.rows.emplace_back();
    for (int column = 0; column < width; ++column) bytes += static_cast<char>(pixel(row, column));
  }
  return png.file();
}

}  // namespace tutti::test
