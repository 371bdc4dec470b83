// The JPEG specification: ITU-T T.81, annex B.
#include "datasets/decoding/jpeg_segments.h"

#include <algorithm>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr unsigned char huffman_tables = 0xc4, restart_0 = 0xd0, restart_7 = 0xd7;
constexpr int most_scans = 500;  // progressive files have about ten
constexpr unsigned char image_start = 0xd8, image_end = 0xd9, scan = 0xda;

/// Takes a file apart from its start on.
class Reader {
 public:
  explicit Reader(std::string_view file) : rest_(file) {}

  unsigned char marker() {
    if (byte() != 0xff) throw Error("damaged: there is no JPEG marker where one should be");
    unsigned char code = 0xff;
    while (code == 0xff) code = byte();
    return code;
  }

  /// The marker that ends the compressed data of a scan: no stuffed zero and no restart.
  unsigned char marker_after_scan() {
    for (;;) {
      take(std::min(rest_.find('\xff'), rest_.size()));
      const auto code = marker();
      if (code != 0 && (code < restart_0 || code > restart_7)) return code;
    }
  }

  std::string_view segment() {
    const unsigned high = byte(), length = high << 8 | byte();
    if (length < 2) throw Error("damaged: a JPEG segment without a length");
    return take(length - 2);
  }

 private:
  unsigned char byte() { return static_cast<unsigned char>(take(1)[0]); }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) throw Error("cut short: the file ends before the picture does");
    const auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view rest_;
};

void check_huffman_tables(std::string_view tables) {
  constexpr std::size_t header = 17;  // the table's number, and how many codes each length has
  while (!tables.empty()) {
    std::size_t codes = 0;
    for (const unsigned char count : tables.substr(1, header - 1)) codes += count;
    if (codes > 256 || header + codes > tables.size())
      throw Error("damaged: a JPEG's Huffman table has too many codes");
    tables.remove_prefix(header + codes);
  }
}

}  // namespace

bool is_jpeg(std::string_view file) {
  const auto code = file.find_first_not_of('\xff');
  return code != 0 && code != file.npos && static_cast<unsigned char>(file[code]) == image_start;
}

void check_jpeg_segments(std::string_view file) {
  Reader reader(file);
  int scans = 0;
  reader.marker();  // the start of the image
  for (auto code = reader.marker(); code != image_end;) {
    const auto segment = reader.segment();
    if (code == huffman_tables) check_huffman_tables(segment);
    if (code == scan && ++scans > most_scans)
      throw Error("a JPEG of more than ", most_scans, " scans, each of which is a picture's work");
    code = code == scan ? reader.marker_after_scan() : reader.marker();
  }
}

}  // namespace tutti
