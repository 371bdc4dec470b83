#pragma once
#include <algorithm>

#include "engine/ops/ops.h"

namespace tutti {

/// How a window moves along one axis: the padding before it and the number of positions.
struct Positions {
  std::int64_t pad, count;
};

/// What a kernel of this many places spans, neighbors `dilation` apart.
inline std::int64_t dilated(std::int64_t places, std::int64_t dilation) {
  return dilation * (places - 1) + 1;
}

inline Positions window_positions(std::int64_t length, std::int64_t window, std::int64_t stride,
                                  Padding padding) {
  if (padding == Padding::valid) return {0, length < window ? 0 : (length - window) / stride + 1};
  const std::int64_t count = (length + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>(0, (count - 1) * stride + window - length);
  return {total / 2, count};
}

}  // namespace tutti
