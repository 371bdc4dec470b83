#include "reports/event_file.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

/// CRC32C bit by bit, as RFC 3720 defines it.
std::uint32_t crc32c(std::string_view data) {
  std::uint32_t crc = ~0U;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78U : 0);
  }
  return ~crc;
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number value;
  std::memcpy(&value, bytes.substr(at, sizeof value).data(), sizeof value);
  return value;
}

/// The events of the only file in a folder; their checksums must be right.
std::vector<std::string> events_in(const fs::path& folder) {
  const std::string file = read_file(fs::directory_iterator(folder)->path());
  std::vector<std::string> events;
  const auto is_sum_of = [&](std::size_t at, std::string_view data) {
    const std::uint32_t crc = crc32c(data);
    return number_at<std::uint32_t>(file, at) == ((crc >> 15 | crc << 17) + 0xa282ead8U);
  };
  for (std::size_t at = 0; at < file.size();) {
    const auto size = number_at<std::uint64_t>(file, at);
    const std::string_view all = file;
    REQUIRE(is_sum_of(at + 8, all.substr(at, 8)));
    events.emplace_back(all.substr(at + 12, size));
    REQUIRE(is_sum_of(at + 12 + size, events.back()));
    at += 16 + size;
  }
  return events;
}

}  // namespace

TEST_CASE("event files hold records as TensorFlow frames them") {
  CHECK(crc32c("123456789") == 0xe3069283);
  const test::TemporaryFolder folder;
  {
    EventFile file(folder / "new" / "logs");
    file.scalar("loss", 300, 0.25);
    file.scalar("loss", 301, std::nan(""));
  }
  CHECK(has_event_files(folder / "new" / "logs"));
  const auto events = events_in(folder / "new" / "logs");
  REQUIRE(events.size() == 3);
  // Each begins with its time: field 1, eight bytes.
  for (const auto& event : events) CHECK(event[0] == '\x09');
  CHECK(events[0].substr(9) ==
        "\x1a\x0d"
        "brain.Event:2");
  CHECK(events[1].substr(9) ==
        std::string("\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\x80\x3e", 18));
  CHECK(
      std::isnan(std::bit_cast<float>(number_at<std::uint32_t>(events[2], events[2].size() - 4))));
}

TEST_CASE("an event file that cannot be made names itself") {
  const test::TemporaryFolder folder;
  write_file(folder / "file", "");
  CHECK_FALSE(has_event_files(folder / "nowhere"));
  CHECK_THROWS_WITH(EventFile(folder / "file" / "logs"),
                    Contains((folder / "file" / "logs").string()) && Contains("Not a directory"));
}
