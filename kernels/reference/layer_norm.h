#pragma once
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::layer_norm(const LayerNormShape& s, const Real* x, const Real* gamma,
                                        const Real* beta, Real* mean, Real* scale, Real* y) {
  const auto size = static_cast<double>(s.features);
  for (std::int64_t r = 0; r < s.members * s.rows; ++r) {
    const Real* row = x + r * s.features;
    double sum = 0, squares = 0;
    for (std::int64_t n = 0; n < s.features; ++n) sum += row[n];
    const double middle = sum / size;
    for (std::int64_t n = 0; n < s.features; ++n) squares += (row[n] - middle) * (row[n] - middle);
    const double by = 1 / std::sqrt(squares / size + s.epsilon);
    mean[r] = static_cast<Real>(middle);
    scale[r] = static_cast<Real>(by);
    for (std::int64_t n = 0; n < s.features; ++n) {
      const std::int64_t c = r / s.rows * s.features + n;
      y[r * s.features + n] = static_cast<Real>(gamma[c] * by * (row[n] - middle) + beta[c]);
    }
  }
}

template <class Real>
void ReferenceBackend<Real>::layer_norm_backward(const LayerNormShape& s, const Real* x,
                                                 const Real* gamma, const Real* mean,
                                                 const Real* scale, const Real* dy, Real* dx,
                                                 Real* dgamma, Real* dbeta) {
  const std::int64_t features = s.features;
  const auto standard = [&](std::int64_t r, std::int64_t n) {
    return scale[r] * (double{x[r * features + n]} - mean[r]);
  };
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t n = 0; n < features; ++n) {
      double sum = 0, product = 0;
      for (std::int64_t r = m * s.rows; r < (m + 1) * s.rows; ++r) {
        sum += dy[r * features + n];
        product += dy[r * features + n] * standard(r, n);
      }
      dbeta[m * features + n] = static_cast<Real>(sum);
      dgamma[m * features + n] = static_cast<Real>(product);
    }
  for (std::int64_t r = 0; r < s.members * s.rows; ++r) {
    const Real* weight = gamma + r / s.rows * features;
    double sum = 0, product = 0;
    for (std::int64_t n = 0; n < features; ++n) {
      sum += double{weight[n]} * dy[r * features + n];
      product += weight[n] * dy[r * features + n] * standard(r, n);
    }
    for (std::int64_t n = 0; n < features; ++n)
      dx[r * features + n] = static_cast<Real>(
          scale[r] * (double{weight[n]} * dy[r * features + n] -
                      (sum + standard(r, n) * product) / static_cast<double>(features)));
  }
}

}  // namespace tutti::kernels
