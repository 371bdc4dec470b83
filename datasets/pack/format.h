#pragma once
#include <cstdint>
#include <string_view>

#include "datasets/fingerprint.h"

/// What the reader and the writer of packs agree on, beside docs/pack.md.
namespace tutti::pack_format {

inline constexpr std::string_view magic = "\x89TUTTI\r\n";
inline constexpr std::uint32_t version = 1;
inline constexpr std::uint64_t data_begin = 4096;   // a page
inline constexpr std::uint64_t stretch = 64 << 20;  // bytes under one checksum
inline constexpr std::uint64_t longest_header = 1 << 20;

/// At the beginning of the file, little-endian.
struct Preamble {
  char magic[8];
  std::uint32_t version, header_bytes;
  std::uint64_t index_begin, index_bytes, index_checksum;
};
static_assert(sizeof(Preamble) == 40);

}  // namespace tutti::pack_format
