#include "kernels/cpu/winograd.h"

#include "kernels/support/simd.h"

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

}  // namespace tutti::kernels::cpu
