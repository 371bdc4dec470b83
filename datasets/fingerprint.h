#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti {

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv
inline constexpr std::uint64_t fnv_start = 0xcbf29ce484222325, fnv_prime = 0x100000001b3;

inline std::uint64_t fnv(std::string_view bytes, std::uint64_t hash = fnv_start) {
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * fnv_prime;
  return hash;
}

/// A number as 16 hex digits.
std::string hex(std::uint64_t value);

}  // namespace tutti
