#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/row_sums.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void normalize_row(std::int64_t n, double epsilon, const float* x, const float* gamma,
                              const float* beta, float* mean, float* scale, float* y) {
  const auto size = static_cast<float>(n);
  const float middle =
      cpu::sum_in_lanes(n, [=](std::int64_t i) TUTTI_INLINE { return x[i]; }) / size;
  const float variance =
      cpu::sum_in_lanes(
          n, [=](std::int64_t i) TUTTI_INLINE { return (x[i] - middle) * (x[i] - middle); }) /
      size;
  const float by = static_cast<float>(1 / std::sqrt(variance + epsilon));
  for (std::int64_t i = 0; i < n; ++i) y[i] = gamma[i] * (by * (x[i] - middle)) + beta[i];
  *mean = middle;
  *scale = by;
}

TUTTI_SIMD void row_backward(std::int64_t n, const float* x, const float* gamma, float mean,
                             float scale, const float* dy, float* dx) {
  const auto size = static_cast<float>(n);
  const float sum =
      cpu::sum_in_lanes(n, [=](std::int64_t i) TUTTI_INLINE { return gamma[i] * dy[i]; }) / size;
  const float product = cpu::sum_in_lanes(n,
                                          [=](std::int64_t i) TUTTI_INLINE {
                                            return gamma[i] * dy[i] * (scale * (x[i] - mean));
                                          }) /
                        size;
  for (std::int64_t i = 0; i < n; ++i)
    dx[i] = scale * (gamma[i] * dy[i] - sum - scale * (x[i] - mean) * product);
}

TUTTI_SIMD void add_products(std::int64_t n, const float* x, float mean, float scale,
                             const float* dy, float* sums) {
  for (std::int64_t i = 0; i < n; ++i) sums[i] += dy[i] * (scale * (x[i] - mean));
}

/// run(row, place of its elements, place of its member's features) for all rows, in parallel.
template <class Run>
void each_row(const LayerNormShape& s, Run run) {
  parallel_ranges(s.members * s.rows, std::max<std::int64_t>(1, cpu::elements_a_task / s.features),
                  [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t r = begin; r < end; ++r)
                      run(r, r * s.features, r / s.rows * s.features);
                  });
}

}  // namespace

void CpuBackend::layer_norm(const LayerNormShape& s, const float* x, const float* gamma,
                            const float* beta, float* mean, float* scale, float* y) {
  each_row(s, [&](std::int64_t r, std::int64_t at, std::int64_t feature) {
    normalize_row(s.features, s.epsilon, x + at, gamma + feature, beta + feature, mean + r,
                  scale + r, y + at);
  });
}

void CpuBackend::layer_norm_backward(const LayerNormShape& s, const float* x, const float* gamma,
                                     const float* mean, const float* scale, const float* dy,
                                     float* dx, float* dgamma, float* dbeta) {
  bias_backward(s.members, s.rows, s.features, dy, dbeta);
  cpu::row_sums(
      s.members, s.rows, s.features, 1,
      [&](std::int64_t m, std::int64_t first, std::int64_t count, float* sums) {
        for (std::int64_t r = m * s.rows + first; r < m * s.rows + first + count; ++r)
          add_products(s.features, x + r * s.features, mean[r], scale[r], dy + r * s.features,
                       sums);
      },
      dgamma);
  each_row(s, [&](std::int64_t r, std::int64_t at, std::int64_t feature) {
    row_backward(s.features, x + at, gamma + feature, mean[r], scale[r], dy + at, dx + at);
  });
}

}  // namespace tutti::kernels
