// ITU-T T.81, annex B.
#include "datasets/jpeg_segments.h"

#include "engine/error.h"

namespace tutti {
namespace {

constexpr unsigned char huffman_tables = 0xc4, image_end = 0xd9, scan = 0xda;

/// Reads a file from its start to its end.
class Reader {
 public:
  explicit Reader(std::string_view file) : rest_(file) {}

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) throw Error("cut short: the file ends before the picture does");
    const auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  unsigned char byte() { return static_cast<unsigned char>(take(1)[0]); }
  bool empty() const { return rest_.empty(); }

  unsigned char marker() {
    if (byte() != 0xff) throw Error("damaged: a JPEG marker is missing");
    unsigned char code = 0xff;
    while (code == 0xff) code = byte();  // may be repeated
    return code;
  }

  std::string_view segment() {
    const std::size_t high = byte(), length = high << 8 | byte();
    if (length < 2) throw Error("damaged: a JPEG segment has no length");
    return take(length - 2);
  }

  /// Everything up to the next marker that is neither a stuffed byte nor a restart.
  void skip_compressed_data() {
    for (;;) {
      const auto at = rest_.find('\xff');
      take(std::min(at, rest_.size()));
      const unsigned char next = take(2)[1];
    }
  }

 private:
  std::string_view rest_;
};

}  // namespace
}  // namespace tutti
