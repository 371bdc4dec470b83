#pragma once
#include <cstdint>

#include "kernels/support/simd.h"

namespace tutti::kernels::cpu {

/// The sum of value(i) over [0, n), element i in partial sum i % 16: the vectors of the function
/// around hold them, and their order is the same for every width.
template <class Value>
TUTTI_INLINE inline float sum_in_lanes(std::int64_t n, Value value) {
  constexpr int lanes = 16;
  float sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += value(i + lane);
  for (int lane = 0; i + lane < n; ++lane) sums[lane] += value(i + lane);
  for (int width = lanes / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
  return sums[0];
}

}  // namespace tutti::kernels::cpu
