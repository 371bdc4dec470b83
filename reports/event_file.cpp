#include "reports/event_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <boost/crc.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>

#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

// Protocol buffers on the wire: a field is its number with the kind of what follows, then that.

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

template <class Bits>
std::string little_endian(Bits bits) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) bytes += static_cast<char>(bits >> (8 * i));
  return bytes;
}

std::string whole(int field, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(static_cast<std::uint64_t>(value));
}
std::string float32(int field, float value) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 5) +
         little_endian(std::bit_cast<std::uint32_t>(value));
}
std::string float64(int field, double value) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 1) +
         little_endian(std::bit_cast<std::uint64_t>(value));
}
/// Of a text, bytes or a message.
std::string bytes(int field, std::string_view contents) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(contents.size()) +
         std::string(contents);
}

std::string masked_crc(std::string_view data) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // CRC32C
  crc.process_bytes(data.data(), data.size());
  return little_endian(std::rotr(crc.checksum(), 15) + 0xa282ead8U);
}

std::string record(const std::string& data) {
  const std::string size = little_endian(std::uint64_t{data.size()});
  return size + masked_crc(size) + data + masked_crc(data);
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

std::string file_name() {
  std::random_device random;
  return "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(seconds_since_1970())) +
         '.' + host_name() + '.' + std::to_string(random());
}

/// A number of the width or height in a PNG file's head.
std::int64_t size_in(std::string_view png, std::size_t at) {
  std::int64_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(png.at(at + i));
  return size;
}

/// A google.protobuf.Value.
std::string protobuf_value(const nlohmann::json& value) {
  if (value.is_boolean()) return whole(4, value.get<bool>());
  if (value.is_number()) return float64(2, value.get<double>());
  return bytes(3, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

EventFile::EventFile(const fs::path& folder) : path_(folder / file_name()) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) throw Error(path_.string(), ": cannot be written: ", std::strerror(errno));
  append(bytes(3, "brain.Event:2"));
}

EventFile::~EventFile() { ::close(file_); }

void EventFile::scalar(const std::string& tag, std::int64_t step, double value) {
  add(step, bytes(1, tag) + float32(2, static_cast<float>(value)));
}

void EventFile::image(const std::string& tag, std::int64_t step, std::string_view png) {
  constexpr int rgba = 4;
  add(step, bytes(1, tag) + bytes(4, whole(1, size_in(png, 20)) + whole(2, size_in(png, 16)) +
                                         whole(3, rgba) + bytes(4, png)));
}

void EventFile::hyper_parameters(const nlohmann::json& values) {
  // tensorboard/plugins/hparams/plugin_data.proto: a SessionStartInfo, as the plugin's own data.
  std::string session;
  for (const auto& [name, value] : values.items())
    if (!value.is_null()) session += bytes(1, bytes(1, name) + bytes(2, protobuf_value(value)));
  session += float64(5, seconds_since_1970());
  const std::string plugin = bytes(1, "hparams") + bytes(2, bytes(3, session));
  const std::string no_numbers = whole(1, 1) + bytes(2, bytes(2, whole(1, 0)));  // float32 [0]
  add(0,
      bytes(1, "_hparams_/session_start_info") + bytes(9, bytes(1, plugin)) + bytes(8, no_numbers));
}

void EventFile::add(std::int64_t step, const std::string& value) {
  append(whole(2, step) + bytes(5, bytes(1, value)));
}

void EventFile::append(const std::string& event) {
  const std::string all = record(float64(1, seconds_since_1970()) + event);
  std::size_t written = 0;
  while (written < all.size()) {
    const auto count = ::write(file_, all.data() + written, all.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(path_.string(), ": cannot be written: ", std::strerror(errno));
    written += static_cast<std::size_t>(count);
  }
}

bool has_event_files(const fs::path& folder) {
  std::error_code not_there;
  for (const auto& entry : fs::directory_iterator(folder, not_there))
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) return true;
  return false;
}

}  // namespace tutti
