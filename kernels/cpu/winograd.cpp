#include "kernels/cpu/winograd.h"

#include <algorithm>

#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {

TUTTI_SIMD void transform_filter(std::int64_t n, const float* __restrict g, float* __restrict u) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float outer = g[i] + g[2 * n + i];
    u[i] = g[i];
    u[n + i] = (outer + g[n + i]) * 0.5f;
    u[2 * n + i] = (outer - g[n + i]) * 0.5f;
    u[3 * n + i] = g[2 * n + i];
  }
}

TUTTI_SIMD void transform_filter_backward(std::int64_t n, std::int64_t row,
                                          const float* __restrict du, float* __restrict dg) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float outer = (du[n + i] + du[2 * n + i]) * 0.5f;
    dg[i] = du[i] + outer;
    dg[row + i] = (du[n + i] - du[2 * n + i]) * 0.5f;
    dg[2 * row + i] = outer - du[3 * n + i];
  }
}

TUTTI_SIMD void transform_output(std::int64_t n, std::int64_t each, bool second, const float* m,
                                 const float* b, float* y) {
  for (std::int64_t f = 0; f < n; ++f) y[f] = m[f] + m[each + f] + m[2 * each + f] + b[f];
  if (!second) return;
  for (std::int64_t f = 0; f < n; ++f)
    y[n + f] = m[each + f] - m[2 * each + f] - m[3 * each + f] + b[f];
}

TUTTI_SIMD static void add(std::int64_t n, const float* __restrict from, float* __restrict to) {
  for (std::int64_t i = 0; i < n; ++i) to[i] += from[i];
}

void add_up(std::int64_t groups, std::int64_t n, float* all) {
  constexpr std::int64_t at_once = 1024;
  parallel_for((n + at_once - 1) / at_once, [&](std::int64_t part) {
    const std::int64_t first = part * at_once, count = std::min(at_once, n - first);
    for (std::int64_t group = 1; group < groups; ++group)
      add(count, all + group * n + first, all + first);
  });
}

void pad_rows(const Conv2dShape& s, std::int64_t row, const float* image, std::int64_t first,
              std::int64_t rows, float* to) {
  const std::int64_t left = s.pad_left * s.channels,
                     here = std::min(s.width * s.channels, row - left);
  for (std::int64_t h = first - s.pad_top; rows > 0; --rows, ++h, to += row) {
    if (h < 0 || h >= s.height) {
      std::fill_n(to, row, 0.0f);
      continue;
    }
    std::fill_n(to, left, 0.0f);
    std::copy_n(image + h * s.width * s.channels, here, to + left);
    std::fill(to + left + here, to + row, 0.0f);
  }
}

}  // namespace tutti::kernels::cpu
