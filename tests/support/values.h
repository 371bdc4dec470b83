#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

namespace tutti::test {

/// The hash of tests/golden/values.py.
inline std::uint32_t hash(std::uint32_t index, std::uint32_t salt) {
  std::uint32_t h = index * 2654435761u + salt * 40503u;
  h ^= h >> 16;
  h *= 0x45d9f3bu;
  return h ^ (h >> 16);
}

/// Its uniform(): numbers in [-limit, limit).
inline std::vector<float> uniform(std::int64_t size, std::uint32_t salt, double limit) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < size; ++i)
    values.push_back(static_cast<float>(
        limit * (2 * ((hash(static_cast<std::uint32_t>(i), salt) >> 8) * 0x1p-24) - 1)));
  return values;
}

inline double norm(const std::vector<float>& values) {
  double squares = 0;
  for (const float value : values) squares += double{value} * value;
  return std::sqrt(squares);
}

}  // namespace tutti::test
