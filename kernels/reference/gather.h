#pragma once
#include <algorithm>
#include <vector>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::gather(std::int64_t count, std::int64_t size,
                                    const GatheredBytes<Real>& from, Real* x) {
  for (std::int64_t p = 0; p < count; ++p)
    for (std::int64_t n = 0; n < size; ++n)
      x[p * size + n] = from.scale * from.data[from.rows[p] * size + n] + from.offset;
}

template <class Real>
void ReferenceBackend<Real>::gather(std::int64_t count, std::int64_t size, const Real* data,
                                    const std::int32_t* rows, Real* x) {
  for (std::int64_t p = 0; p < count; ++p) std::copy_n(data + rows[p] * size, size, x + p * size);
}

}  // namespace tutti::kernels
