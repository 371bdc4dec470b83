#pragma once
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::clip_by_global_norm(std::int64_t members,
                                                 std::span<const ClippedGradient<Real>> gradients,
                                                 double max_norm, Real* norms) {
  for (std::int64_t m = 0; m < members; ++m) {
    double sum = 0;
    for (const auto& [size, g, clipped] : gradients)
      for (std::int64_t i = m * size; i < (m + 1) * size; ++i) sum += double{g[i]} * g[i];
    norms[m] = static_cast<Real>(std::sqrt(sum));
    const double factor = clipping_factor(max_norm, std::sqrt(sum));
    for (const auto& [size, g, clipped] : gradients)
      for (std::int64_t i = m * size; i < (m + 1) * size; ++i)
        clipped[i] = static_cast<Real>(factor * g[i]);
  }
}

}  // namespace tutti::kernels
