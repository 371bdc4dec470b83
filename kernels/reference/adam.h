#pragma once
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::adam(std::int64_t members, std::int64_t size, const AdamStep& step,
                                  const Real* rates, const Real* g, Real* w, Real* m, Real* v) {
  for (std::int64_t i = 0; i < members * size; ++i) {
    m[i] += static_cast<Real>((1 - step.beta1) * (g[i] - m[i]));
    v[i] += static_cast<Real>((1 - step.beta2) * (double{g[i]} * g[i] - v[i]));
    w[i] -= static_cast<Real>(rates[i / size] * m[i] / (std::sqrt(v[i]) + step.epsilon));
  }
}

}  // namespace tutti::kernels
