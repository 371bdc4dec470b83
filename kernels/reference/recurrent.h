#pragma once
#include <cstdint>
#include <vector>

#include "kernels/backend.h"

namespace tutti::kernels::reference {

/// Pre-activations of one step of one example, in double: z = x w + h_before u + b. G values: U for
/// a simple layer, 4U for an LSTM, 3U for a GRU. h_before is null at the first step.
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

  /// Adds one step of one example to dw and db; dx may be null.
  void add_input(const std::vector<double>& dz, const Real* x, const Real* w, Real* dx) {
    for (std::int64_t i = 0; i < s.inputs; ++i) {
      double sum = 0;
      for (std::int64_t j = 0; j < g; ++j) {
        dw[static_cast<std::size_t>(i * g + j)] += double{x[i]} * dz[static_cast<std::size_t>(j)];
        sum += double{w[i * g + j]} * dz[static_cast<std::size_t>(j)];
      }
      if (dx) dx[i] = static_cast<Real>(sum);
    }
    for (std::int64_t j = 0; j < g; ++j)
      db[static_cast<std::size_t>(j)] += dz[static_cast<std::size_t>(j)];
  }

  /// Adds one step of one example to columns [first, last) of du, and returns the gradient of the
  /// state [U] that they were multiplied by. The state is null at the first step.
  std::vector<double> add_state(const std::vector<double>& dz, std::int64_t first,
                                std::int64_t last, const Real* state, const Real* u) {
    std::vector<double> dstate(static_cast<std::size_t>(s.units));
    for (std::int64_t k = 0; k < s.units; ++k)
      for (std::int64_t j = first; j < last; ++j) {
        const double d = dz[static_cast<std::size_t>(j)];
        if (state) du[static_cast<std::size_t>(k * g + j)] += double{state[k]} * d;
        dstate[static_cast<std::size_t>(k)] += double{u[k * g + j]} * d;
      }
    return dstate;
  }

  RecurrentShape s;
  std::int64_t g;
  std::vector<double> dw, du, db;
};

}  // namespace tutti::kernels::reference
