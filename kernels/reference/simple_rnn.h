#pragma once
#include "kernels/reference/recurrent.h"
#include "kernels/reference/reference_backend.h"
#include "kernels/reference/store.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::simple_rnn(const RecurrentShape& s, const Real* x, const Real* w,
                                        const Real* u, const Real* b, Real* h) {
  for (std::int64_t row = 0; row < s.members * s.batch; ++row) {
    const std::int64_t m = row / s.batch;
    for (std::int64_t t = 0; t < s.steps; ++t) {
      Real* now = h + (row * s.steps + t) * s.units;
      const auto z = reference::recurrent_sums(
          s, s.units, x + (row * s.steps + t) * s.inputs, t ? now - s.units : nullptr,
          w + m * s.inputs * s.units, u + m * s.units * s.units, b + m * s.units);
      for (std::int64_t k = 0; k < s.units; ++k)
        now[k] = static_cast<Real>(activated(s.activation, z[static_cast<std::size_t>(k)]));
    }
  }
}

template <class Real>
void ReferenceBackend<Real>::simple_rnn_backward(const RecurrentShape& s, const Real* x,
                                                 const Real* w, const Real* u, const Real* h,
                                                 const Real* dh, Real*, Real* dx, Real* dw,
                                                 Real* du, Real* db) {
  const auto units = static_cast<std::size_t>(s.units);
  for (std::int64_t m = 0; m < s.members; ++m) {
    reference::RecurrentGradients<Real> sums(s, s.units);
    for (std::int64_t row = m * s.batch; row < (m + 1) * s.batch; ++row) {
      std::vector<double> from_later(units), dz(units);
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        const std::int64_t at = row * s.steps + t;
        const Real* now = h + at * s.units;
        for (std::size_t k = 0; k < units; ++k)
          dz[k] = (dh[at * s.units + static_cast<std::int64_t>(k)] + from_later[k]) *
                  derivative_from_output(s.activation, double{now[k]});
        sums.add_input(dz, x + at * s.inputs, w + m * s.inputs * s.units,
                       dx ? dx + at * s.inputs : nullptr);
        from_later =
            sums.add_state(dz, 0, s.units, t ? now - s.units : nullptr, u + m * s.units * s.units);
      }
    }
    reference::store(sums.dw, dw + m * s.inputs * s.units);
    reference::store(sums.du, du + m * s.units * s.units);
    reference::store(sums.db, db + m * s.units);
  }
}

}  // namespace tutti::kernels
