#pragma once
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// Calls run(m, c, at) for every channel; at(r) is the index of its element in row r.
template <class Run>
void each_channel(const BatchNormShape& s, Run run) {
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t c = 0; c < s.channels; ++c)
      run(m * s.channels + c,
          [&, m, c](std::int64_t r) { return (m * s.rows + r) * s.channels + c; });
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::batch_norm(const BatchNormShape& s, const Real* x, const Real* gamma,
                                        const Real* beta, Real* mean, Real* variance, Real* y) {
  reference::each_channel(s, [&](std::int64_t channel, auto at) {
    double sum = 0, squares = 0;
    for (std::int64_t r = 0; r < s.rows; ++r) sum += x[at(r)];
    const double middle = sum / static_cast<double>(s.rows);
    for (std::int64_t r = 0; r < s.rows; ++r) squares += (x[at(r)] - middle) * (x[at(r)] - middle);
    mean[channel] = static_cast<Real>(middle);
    variance[channel] = static_cast<Real>(squares / static_cast<double>(s.rows));
  });
  batch_norm_inference(s, x, gamma, beta, mean, variance, y);
}

template <class Real>
void ReferenceBackend<Real>::batch_norm_inference(const BatchNormShape& s, const Real* x,
                                                  const Real* gamma, const Real* beta,
                                                  const Real* mean, const Real* variance, Real* y) {
  reference::each_channel(s, [&](std::int64_t c, auto at) {
    const double scale = gamma[c] / std::sqrt(variance[c] + s.epsilon);
    for (std::int64_t r = 0; r < s.rows; ++r)
      y[at(r)] = static_cast<Real>(scale * (double{x[at(r)]} - mean[c]) + beta[c]);
  });
}

template <class Real>
void ReferenceBackend<Real>::batch_norm_backward(const BatchNormShape& s, const Real* x,
                                                 const Real* gamma, const Real* mean,
                                                 const Real* variance, const Real* dy, Real* dx,
                                                 Real* dgamma, Real* dbeta) {
  reference::each_channel(s, [&](std::int64_t c, auto at) {
    const double scale = 1 / std::sqrt(variance[c] + s.epsilon);
    const auto standard = [&](std::int64_t r) { return scale * (double{x[at(r)]} - mean[c]); };
    double sum = 0, product = 0;
    for (std::int64_t r = 0; r < s.rows; ++r) {
      sum += dy[at(r)];
      product += dy[at(r)] * standard(r);
    }
    dbeta[c] = static_cast<Real>(sum);
    dgamma[c] = static_cast<Real>(product);
    const auto rows = static_cast<double>(s.rows);
    for (std::int64_t r = 0; r < s.rows; ++r)
      dx[at(r)] =
          static_cast<Real>(gamma[c] * scale * (dy[at(r)] - (sum + standard(r) * product) / rows));
  });
}

}  // namespace tutti::kernels
