#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::l2(std::int64_t members, std::int64_t size, double coefficient,
                                const Real* w, Real* loss) {
  for (std::int64_t m = 0; m < members; ++m) {
    double sum = 0;
    for (std::int64_t n = 0; n < size; ++n) sum += double{w[m * size + n]} * w[m * size + n];
    loss[m] = static_cast<Real>(coefficient * sum);
  }
}

template <class Real>
void ReferenceBackend<Real>::l2_backward(std::int64_t members, std::int64_t size,
                                         double coefficient, const Real* w, const Real* dloss,
                                         Real* dw) {
  for (std::int64_t i = 0; i < members * size; ++i)
    dw[i] = static_cast<Real>(2 * coefficient * w[i] * dloss[i / size]);
}

}  // namespace tutti::kernels
