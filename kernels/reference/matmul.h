#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::matmul(const MatmulShape& s, const Real* a, const Real* b, Real* y) {
  for (std::int64_t n = 0; n < s.count; ++n, a += s.rows * s.depth, b += s.depth * s.columns)
    for (std::int64_t i = 0; i < s.rows; ++i)
      for (std::int64_t j = 0; j < s.columns; ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < s.depth; ++k)
          sum += double{a[s.transpose_a ? k * s.rows + i : i * s.depth + k]} *
                 b[s.transpose_b ? j * s.depth + k : k * s.columns + j];
        *y++ = static_cast<Real>(sum);
      }
}

}  // namespace tutti::kernels
