#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::arithmetic(Arithmetic operation, const StridedShape& s, const Real* a,
                                        const Real* b, Real* y) {
  for (std::int64_t i = 0; i < s.elements(); ++i) {
    const auto [at_a, at_b] = s.place(i);
    y[i] = computed(operation, a[at_a], b[at_b]);
  }
}

template <class Real>
void ReferenceBackend<Real>::strided_copy(const StridedShape& s, const Real* x, Real* y) {
  for (std::int64_t i = 0; i < s.elements(); ++i) {
    const auto [from, to] = s.place(i);
    y[to] = x[from];
  }
}

}  // namespace tutti::kernels
