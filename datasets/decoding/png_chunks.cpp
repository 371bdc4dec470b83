// The PNG specification, third edition: https://www.w3.org/TR/png-3/
#include "datasets/decoding/png_chunks.h"

#include <zlib.h>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t around_data = 12;  // length, type and checksum: 4 bytes each

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const unsigned char byte : bytes.substr(0, 4)) value = value << 8 | byte;
  return value;
}

std::uint32_t checksum_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// The first chunk of `rest`, from its length to its checksum.
std::string_view first_chunk(std::string_view rest) {
  if (rest.size() < around_data || rest.size() - around_data < big_endian(rest))
    throw Error("cut short: the file ends before the picture does");
  return rest.substr(0, around_data + big_endian(rest));
}

std::string_view type_of(std::string_view chunk) { return chunk.substr(4, 4); }

void check(std::string_view chunk) {
  const auto type = type_of(chunk);
  const auto data_end = chunk.size() - 4;
  if (checksum_of(chunk.substr(4, data_end - 4)) != big_endian(chunk.substr(data_end)))
    throw Error("damaged: a PNG chunk's checksum does not match its data");
  const bool critical = !(type[0] & 0x20);  // a capital letter: readers have to know it
  if (critical && type != "IHDR" && type != "PLTE" && type != "IDAT" && type != "IEND")
    throw Error("holds a PNG chunk of an unknown kind");
}

}  // namespace

bool is_png(std::string_view file) { return file.starts_with(signature); }

PictureSize png_size(std::string_view file) {
  const auto header = first_chunk(file.substr(signature.size()));
  if (type_of(header) != "IHDR" || header.size() != around_data + 13)
    throw Error("damaged: does not begin with a PNG header");
  return {big_endian(header.substr(8)), big_endian(header.substr(12))};
}

void check_png_chunks(std::string_view file) {
  for (auto rest = file.substr(signature.size());;) {
    const auto chunk = first_chunk(rest);
    check(chunk);
    if (type_of(chunk) == "IEND") return;
    rest.remove_prefix(chunk.size());
  }
}

}  // namespace tutti
