#pragma once
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::fill(std::int64_t size, double value, Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = static_cast<Real>(value);
}

template <class Real>
void ReferenceBackend<Real>::rescale(std::int64_t size, double scale, double offset, const Real* x,
                                     Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = static_cast<Real>(scale * x[i] + offset);
}

template <class Real>
void ReferenceBackend<Real>::moving_average(std::int64_t members, std::int64_t size, double share,
                                            const Real* rates, const Real* value, Real* average) {
  for (std::int64_t i = 0; i < members * size; ++i)
    if (!rates || !std::isnan(rates[i / size]))
      average[i] += static_cast<Real>(share) * (value[i] - average[i]);
}

template <class Real>
void ReferenceBackend<Real>::activation(const ActivationFunction& f, std::int64_t size,
                                        const Real* x, Real* y) {
  for (std::int64_t i = 0; i < size; ++i) y[i] = activated_by_any(f, x[i]);
}

template <class Real>
void ReferenceBackend<Real>::activation_backward(const ActivationFunction& f, std::int64_t size,
                                                 const Real* at, const Real* dy, Real* dx) {
  const bool from_input = f.has_derivative_from_input();
  for (std::int64_t i = 0; i < size; ++i)
    dx[i] =
        dy[i] * (from_input ? derivative_from_input(f, at[i]) : derivative_from_output(f, at[i]));
}

}  // namespace tutti::kernels
