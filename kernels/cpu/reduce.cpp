#include <algorithm>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/row_sums.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD float sum_of(std::int64_t n, const float* x) {
  return cpu::sum_in_lanes(n, [=](std::int64_t i) TUTTI_INLINE { return x[i]; });
}

TUTTI_SIMD void sum_rows(std::int64_t rows, std::int64_t columns, const float* x, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) sums[c] += x[r * columns + c];
}

TUTTI_SIMD void scale_range(std::int64_t n, float by, float* x) {
  for (std::int64_t i = 0; i < n; ++i) x[i] *= by;
}

TUTTI_SIMD void max_of_rows(std::int64_t rows, std::int64_t columns, const float* x, float* y) {
  for (std::int64_t c = 0; c < columns; ++c) y[c] = x[c];
  for (std::int64_t r = 1; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) {
      const float value = x[r * columns + c];
      y[c] = value > y[c] || value != value ? value : y[c];  // see exceeds
    }
}

void first_max_of_rows(std::int64_t rows, std::int64_t columns, const float* x, const float* dy,
                       float* dx) {
  std::fill_n(dx, rows * columns, 0.0f);
  for (std::int64_t c = 0; c < columns; ++c) {
    std::int64_t largest = c;
    for (std::int64_t i = c; i < rows * columns; i += columns)
      if (exceeds(x[i], x[largest])) largest = i;
    dx[largest] = dy[c];
  }
}

/// run(place in x, place in y) for every block [length, inner], in parallel.
template <class Run>
void each_block(const ReduceShape& s, Run run) {
  const std::int64_t size = s.length * s.inner;
  parallel_ranges(s.members * s.outer,
                  std::max<std::int64_t>(1, cpu::elements_a_task / std::max<std::int64_t>(1, size)),
                  [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t n = begin; n < end; ++n) run(n * size, n * s.inner);
                  });
}

}  // namespace

void CpuBackend::reduce_sum(const ReduceShape& s, double scale, const float* x, float* y) {
  const float by = static_cast<float>(scale);
  if (s.outer == 1)  // a long sum for each member
    return cpu::row_sums(
        s.members, s.length, s.inner, scale,
        [&](std::int64_t m, std::int64_t first, std::int64_t count, float* sums) {
          sum_rows(count, s.inner, x + (m * s.length + first) * s.inner, sums);
        },
        y);
  if (s.inner == 1)
    return each_block(
        s, [&](std::int64_t from, std::int64_t to) { y[to] = by * sum_of(s.length, x + from); });
  each_block(s, [&](std::int64_t from, std::int64_t to) {
    std::fill_n(y + to, s.inner, 0.0f);
    sum_rows(s.length, s.inner, x + from, y + to);
    scale_range(s.inner, by, y + to);
  });
}

void CpuBackend::reduce_max(const ReduceShape& s, const float* x, float* y) {
  each_block(s, [&](std::int64_t from, std::int64_t to) {
    max_of_rows(s.length, s.inner, x + from, y + to);
  });
}

void CpuBackend::reduce_max_backward(const ReduceShape& s, const float* x, const float* dy,
                                     float* dx) {
  each_block(s, [&](std::int64_t from, std::int64_t to) {
    first_max_of_rows(s.length, s.inner, x + from, dy + to, dx + from);
  });
}

}  // namespace tutti::kernels
