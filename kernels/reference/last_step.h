#pragma once
#include <algorithm>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::last_step(std::int64_t rows, std::int64_t steps, std::int64_t units,
                                       const Real* x, Real* y) {
  for (std::int64_t r = 0; r < rows; ++r)
    std::copy_n(x + (r * steps + steps - 1) * units, units, y + r * units);
}

template <class Real>
void ReferenceBackend<Real>::last_step_backward(std::int64_t rows, std::int64_t steps,
                                                std::int64_t units, const Real* dy, Real* dx) {
  std::fill_n(dx, rows * steps * units, Real{0});
  for (std::int64_t r = 0; r < rows; ++r)
    std::copy_n(dy + r * units, units, dx + (r * steps + steps - 1) * units);
}

}  // namespace tutti::kernels
