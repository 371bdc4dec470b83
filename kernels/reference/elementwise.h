#pragma once
#include <cmath>

#include "kernels/philox.h"
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::add(std::int64_t size, const Real* a, const Real* b, Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = a[i] + b[i];
}

template <class Real>
void ReferenceBackend<Real>::relu(std::int64_t size, const Real* x, Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = x[i] > 0 ? x[i] : 0;
}

template <class Real>
void ReferenceBackend<Real>::relu_backward(std::int64_t size, const Real* y, const Real* dy,
                                           Real* dx) {
  for (std::int64_t i = 0; i < size; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
}

template <class Real>
void ReferenceBackend<Real>::tanh(std::int64_t size, const Real* x, Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = std::tanh(x[i]);
}

template <class Real>
void ReferenceBackend<Real>::tanh_backward(std::int64_t size, const Real* y, const Real* dy,
                                           Real* dx) {
  for (std::int64_t i = 0; i < size; ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
}

template <class Real>
void ReferenceBackend<Real>::sigmoid(std::int64_t size, const Real* x, Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = 1 / (1 + std::exp(-x[i]));
}

template <class Real>
void ReferenceBackend<Real>::sigmoid_backward(std::int64_t size, const Real* y, const Real* dy,
                                              Real* dx) {
  for (std::int64_t i = 0; i < size; ++i) dx[i] = dy[i] * y[i] * (1 - y[i]);
}

}  // namespace tutti::kernels
