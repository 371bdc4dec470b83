#pragma once
#include "kernels/reference/recurrent.h"
#include "kernels/reference/reference_backend.h"
#include "kernels/reference/store.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::gru(const RecurrentShape& s, const Real* x, const Real* w,
                                 const Real* u, const Real* b, Real* gates, Real* inner, Real* h) {
  const std::int64_t g = 3 * s.units, biases = s.reset_after ? 2 * g : g;
  const std::vector<Real> zeros(static_cast<std::size_t>(g));
  RecurrentShape state_only = s;
  state_only.inputs = 0;
  for (std::int64_t row = 0; row < s.members * s.batch; ++row) {
    const std::int64_t m = row / s.batch;
    const Real *um = u + m * s.units * g, *bm = b + m * biases;
    const auto of_state = [&](const Real* state, const Real* bias) {
      return reference::recurrent_sums(state_only, g, x, state, w, um, bias);
    };
    for (std::int64_t t = 0; t < s.steps; ++t) {
      const std::int64_t at = row * s.steps + t;
      Real *z = gates + at * g, *r = z + s.units, *c = r + s.units;
      Real *inside = inner + at * s.units, *now = h + at * s.units;
      const Real* before = t ? now - s.units : nullptr;
      const Real* nothing = nullptr;
      const auto from_x =
          reference::recurrent_sums(s, g, x + at * s.inputs, nothing, w + m * s.inputs * g, um, bm);
      const auto from_h = of_state(before, s.reset_after ? bm + g : zeros.data());
      for (std::int64_t j = 0; j < 2 * s.units; ++j) {
        const auto gate = static_cast<std::size_t>(j);
        z[j] = static_cast<Real>(activated(s.recurrent_activation, from_x[gate] + from_h[gate]));
      }
      const auto first = static_cast<std::size_t>(2 * s.units);
      for (std::int64_t k = 0; k < s.units; ++k)
        inside[k] = s.reset_after ? static_cast<Real>(from_h[first + static_cast<std::size_t>(k)])
                    : before      ? r[k] * before[k]
                                  : 0;
      const auto from_inner = s.reset_after ? from_h : of_state(inside, zeros.data());
      for (std::int64_t k = 0; k < s.units; ++k) {
        const auto gate = first + static_cast<std::size_t>(k);
        const double passed = s.reset_after ? double{r[k]} * inside[k] : from_inner[gate];
        c[k] = static_cast<Real>(activated(s.activation, from_x[gate] + passed));
        now[k] = (1 - z[k]) * c[k] + (before ? z[k] * before[k] : 0);
      }
    }
  }
}

template <class Real>
void ReferenceBackend<Real>::gru_backward(const RecurrentShape& s, const Real* x, const Real* w,
                                          const Real* u, const Real* gates, const Real* inner,
                                          const Real* h, const Real* dh, Real*, Real*, Real* dx,
                                          Real* dw, Real* du, Real* db) {
  const std::int64_t g = 3 * s.units;
  const auto units = static_cast<std::size_t>(s.units);
  const auto gate_slope = [&](double y) {
    return derivative_from_output(s.recurrent_activation, y);
  };
  for (std::int64_t m = 0; m < s.members; ++m) {
    reference::RecurrentGradients<Real> sums(s, g);
    std::vector<double> db_of_state(3 * units);
    const Real* um = u + m * s.units * g;
    for (std::int64_t row = m * s.batch; row < (m + 1) * s.batch; ++row) {
      std::vector<double> dh_later(units), dz(3 * units);
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        const std::int64_t at = row * s.steps + t;
        const Real *z = gates + at * g, *r = z + units, *c = r + units;
        const Real *inside = inner + at * s.units, *now = h + at * s.units;
        const Real* before = t ? now - units : nullptr;
        for (std::size_t k = 0; k < units; ++k) {
          const double dh_now = dh[at * s.units + static_cast<std::int64_t>(k)] + dh_later[k];
          const double state = before ? before[k] : 0;
          dz[k] = dh_now * (state - c[k]) * gate_slope(z[k]);
          dz[2 * units + k] =
              dh_now * (1 - z[k]) * derivative_from_output(s.activation, double{c[k]});
          dh_later[k] = dh_now * z[k];
        }
        // What the candidate passes on to the reset gate and to the product with u.
        std::vector<double> of_state = dz;
        if (!s.reset_after) {
          const auto dinner = sums.add_state(dz, 2 * s.units, g, inside, um);
          for (std::size_t k = 0; k < units; ++k) {
            of_state[units + k] = dinner[k] * (before ? before[k] : 0) * gate_slope(r[k]);
            dh_later[k] += dinner[k] * r[k];
          }
        } else {
          for (std::size_t k = 0; k < units; ++k) {
            of_state[units + k] = dz[2 * units + k] * inside[k] * gate_slope(r[k]);
            of_state[2 * units + k] = dz[2 * units + k] * r[k];
          }
        }
        std::copy_n(of_state.begin() + s.units, units, dz.begin() + s.units);
        const auto earlier =
            sums.add_state(of_state, 0, s.reset_after ? g : 2 * s.units, before, um);
        for (std::size_t k = 0; k < units; ++k) dh_later[k] += earlier[k];
        for (std::size_t j = 0; j < 3 * units; ++j) db_of_state[j] += of_state[j];
        sums.add_input(dz, x + at * s.inputs, w + m * s.inputs * g,
                       dx ? dx + at * s.inputs : nullptr);
      }
    }
    reference::store(sums.dw, dw + m * s.inputs * g);
    reference::store(sums.du, du + m * s.units * g);
    reference::store(sums.db, db + m * (s.reset_after ? 2 * g : g));
    if (s.reset_after) reference::store(db_of_state, db + m * 2 * g + g);
  }
}

}  // namespace tutti::kernels
