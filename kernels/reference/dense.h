#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::dense(const DenseShape& s, const Real* x, const Real* w, const Real* b,
                                   Real* y) {
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t r = 0; r < s.batch; ++r)
      for (std::int64_t o = 0; o < s.outputs; ++o) {
        double sum = b[m * s.outputs + o];
        for (std::int64_t i = 0; i < s.inputs; ++i)
          sum +=
              double{x[(m * s.batch + r) * s.inputs + i]} * w[(m * s.inputs + i) * s.outputs + o];
        y[(m * s.batch + r) * s.outputs + o] = static_cast<Real>(sum);
      }
}

template <class Real>
void ReferenceBackend<Real>::dense_backward_input(const DenseShape& s, const Real* w,
                                                  const Real* dy, Real* dx) {
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t r = 0; r < s.batch; ++r)
      for (std::int64_t i = 0; i < s.inputs; ++i) {
        double sum = 0;
        for (std::int64_t o = 0; o < s.outputs; ++o)
          sum +=
              double{dy[(m * s.batch + r) * s.outputs + o]} * w[(m * s.inputs + i) * s.outputs + o];
        dx[(m * s.batch + r) * s.inputs + i] = static_cast<Real>(sum);
      }
}

template <class Real>
void ReferenceBackend<Real>::dense_backward_weights(const DenseShape& s, const Real* x,
                                                    const Real* dy, Real* dw) {
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t i = 0; i < s.inputs; ++i)
      for (std::int64_t o = 0; o < s.outputs; ++o) {
        double sum = 0;
        for (std::int64_t r = 0; r < s.batch; ++r)
          sum +=
              double{x[(m * s.batch + r) * s.inputs + i]} * dy[(m * s.batch + r) * s.outputs + o];
        dw[(m * s.inputs + i) * s.outputs + o] = static_cast<Real>(sum);
      }
}

template <class Real>
void ReferenceBackend<Real>::bias_backward(std::int64_t members, std::int64_t rows,
                                           std::int64_t features, const Real* dy, Real* db) {
  for (std::int64_t m = 0; m < members; ++m)
    for (std::int64_t f = 0; f < features; ++f) {
      double sum = 0;
      for (std::int64_t r = 0; r < rows; ++r) sum += dy[(m * rows + r) * features + f];
      db[m * features + f] = static_cast<Real>(sum);
    }
}

}  // namespace tutti::kernels
