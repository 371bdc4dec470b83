#pragma once
#include <cstdint>
#include <vector>

#include "kernels/backend.h"

namespace tutti::kernels::reference {

/// Pre-activations of one step of one example, in double: z = x w + h_before u + b. G values: U for
/// a simple layer, 4U for an LSTM. h_before is null at the first step.
template <class Real>
std::vector<double> recurrent_sums(const RecurrentShape& s, std::int64_t g, const Real* x,
                                   const Real* h_before, const Real* w, const Real* u,
                                   const Real* b) {
  std::vector<double> z(b, b + g);
  for (std::int64_t j = 0; j < g; ++j) {
    for (std::int64_t i = 0; i < s.inputs; ++i)
      z[static_cast<std::size_t>(j)] += double{x[i]} * w[i * g + j];
    if (h_before)
      for (std::int64_t k = 0; k < s.units; ++k)
        z[static_cast<std::size_t>(j)] += double{h_before[k]} * u[k * g + j];
  }
  return z;
}

/// Sums of a member's gradients in double, from the gradients dz of its pre-activations.
template <class Real>
struct RecurrentGradients {
  RecurrentGradients(const RecurrentShape& shape, std::int64_t gates)
      : s(shape),
        g(gates),
        dw(static_cast<std::size_t>(s.inputs * g)),
        du(static_cast<std::size_t>(s.units * g)),
        db(static_cast<std::size_t>(g)) {}

  /// Adds one step of one example; dh_before [U] receives the gradient of h_before, dx may be null.
  void add(const std::vector<double>& dz, const Real* x, const Real* h_before, const Real* w,
           const Real* u, Real* dx, std::vector<double>& dh_before) {
    for (std::int64_t i = 0; i < s.inputs; ++i) {
      double sum = 0;
      for (std::int64_t j = 0; j < g; ++j) {
        dw[static_cast<std::size_t>(i * g + j)] += double{x[i]} * dz[static_cast<std::size_t>(j)];
        sum += double{w[i * g + j]} * dz[static_cast<std::size_t>(j)];
      }
      if (dx) dx[i] = static_cast<Real>(sum);
    }
    for (std::int64_t k = 0; k < s.units; ++k) {
      double sum = 0;
      for (std::int64_t j = 0; j < g; ++j) {
        if (h_before)
          du[static_cast<std::size_t>(k * g + j)] +=
              double{h_before[k]} * dz[static_cast<std::size_t>(j)];
        sum += double{u[k * g + j]} * dz[static_cast<std::size_t>(j)];
      }
      dh_before[static_cast<std::size_t>(k)] = sum;
    }
    for (std::int64_t j = 0; j < g; ++j)
      db[static_cast<std::size_t>(j)] += dz[static_cast<std::size_t>(j)];
  }

  RecurrentShape s;
  std::int64_t g;
  std::vector<double> dw, du, db;
};

}  // namespace tutti::kernels::reference
