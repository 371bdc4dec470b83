#pragma once
#include "kernels/reference/recurrent.h"
#include "kernels/reference/reference_backend.h"
#include "kernels/reference/store.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::lstm(const RecurrentShape& s, const Real* x, const Real* w,
                                  const Real* u, const Real* b, Real* gates, Real* cells, Real* h) {
  const std::int64_t g = 4 * s.units;
  for (std::int64_t row = 0; row < s.members * s.batch; ++row) {
    const std::int64_t m = row / s.batch;
    for (std::int64_t t = 0; t < s.steps; ++t) {
      const std::int64_t at = row * s.steps + t;
      Real *gate = gates + at * g, *cell = cells + at * s.units, *now = h + at * s.units;
      const auto z =
          reference::recurrent_sums(s, g, x + at * s.inputs, t ? now - s.units : nullptr,
                                    w + m * s.inputs * g, u + m * s.units * g, b + m * g);
      for (std::int64_t j = 0; j < g; ++j) {
        const auto& f = j / s.units == 2 ? s.activation : s.recurrent_activation;
        gate[j] = static_cast<Real>(activated(f, z[static_cast<std::size_t>(j)]));
      }
      for (std::int64_t k = 0; k < s.units; ++k) {
        const Real i = gate[k], f = gate[s.units + k], c = gate[2 * s.units + k],
                   o = gate[3 * s.units + k];
        cell[k] = i * c + (t ? f * (cell - s.units)[k] : 0);
        now[k] = o * activated(s.activation, cell[k]);
      }
    }
  }
}

template <class Real>
void ReferenceBackend<Real>::lstm_backward(const RecurrentShape& s, const Real* x, const Real* w,
                                           const Real* u, const Real* gates, const Real* cells,
                                           const Real* h, const Real* dh, Real*, Real* dx, Real* dw,
                                           Real* du, Real* db) {
  const std::int64_t g = 4 * s.units;
  const auto units = static_cast<std::size_t>(s.units);
  const auto slope = [&](double y) { return derivative_from_output(s.activation, y); };
  const auto gate_slope = [&](double y) {
    return derivative_from_output(s.recurrent_activation, y);
  };
  for (std::int64_t m = 0; m < s.members; ++m) {
    reference::RecurrentGradients<Real> sums(s, g);
    for (std::int64_t row = m * s.batch; row < (m + 1) * s.batch; ++row) {
      std::vector<double> dh_later(units), dcell_later(units), dz(4 * units);
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        const std::int64_t at = row * s.steps + t;
        const Real *gate = gates + at * g, *cell = cells + at * s.units, *now = h + at * s.units;
        for (std::size_t k = 0; k < units; ++k) {
          const double i = gate[k], f = gate[units + k], c = gate[2 * units + k],
                       o = gate[3 * units + k];
          const double squashed = activated(s.activation, double{cell[k]}),
                       before = t ? (cell - s.units)[k] : 0;
          const double dh_now = dh[at * s.units + static_cast<std::int64_t>(k)] + dh_later[k];
          const double dcell = dh_now * o * slope(squashed) + dcell_later[k];
          dz[k] = dcell * c * gate_slope(i);
          dz[units + k] = dcell * before * gate_slope(f);
          dz[2 * units + k] = dcell * i * slope(c);
          dz[3 * units + k] = dh_now * squashed * gate_slope(o);
          dcell_later[k] = dcell * f;
        }
        sums.add_input(dz, x + at * s.inputs, w + m * s.inputs * g,
                       dx ? dx + at * s.inputs : nullptr);
        dh_later = sums.add_state(dz, 0, g, t ? now - s.units : nullptr, u + m * s.units * g);
      }
    }
    reference::store(sums.dw, dw + m * s.inputs * g);
    reference::store(sums.du, du + m * s.units * g);
    reference::store(sums.db, db + m * g);
  }
}

}  // namespace tutti::kernels
