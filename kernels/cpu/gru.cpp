#include <algorithm>
#include <vector>

#include "kernels/cpu/cell_functions.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/recurrent.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

// Each function is one step of one example; gates are z, r, c.

/// Activates z and r, and makes `inner`. pre: the inputs' part of the pre-activations; from_state:
/// what h[t - 1] adds to those of z and r, and, with reset_after, its part of c.
template <class Functions>
TUTTI_SIMD void gates_forward(const Functions& call, bool reset_after, std::int64_t units,
                              const float* pre, const float* from_state, const float* before,
                              float* gates, float* inner) {
  cpu::in_vectors(2 * units, [&](std::int64_t j)
                                 TUTTI_INLINE { gates[j] = call.gate(pre[j] + from_state[j]); });
  if (reset_after)
    std::copy_n(from_state + 2 * units, units, inner);
  else
    for (std::int64_t k = 0; k < units; ++k) inner[k] = gates[units + k] * before[k];
}

template <class Functions>
TUTTI_SIMD void state_forward(const Functions& call, bool reset_after, std::int64_t units,
                              const float* pre, const float* inner, const float* before,
                              float* gates, float* h) {
  cpu::in_vectors(units, [&](std::int64_t k) TUTTI_INLINE {
    const float update = gates[k], from_state = reset_after ? gates[units + k] * inner[k] : 0;
    const float candidate = call.state(pre[2 * units + k] + from_state);
    gates[2 * units + k] = candidate;
    h[k] = update * before[k] + (1 - update) * candidate;
  });
}

/// dz of z and c; dh_later becomes the part of the gradient of h[t - 1] that came past the gates.
template <class Functions>
TUTTI_SIMD void state_backward(const Functions& call, std::int64_t units,
                               const float* __restrict gates, const float* __restrict before,
                               const float* __restrict dh, float* __restrict dh_later,
                               float* __restrict dz) {
  const float *update = gates, *candidate = gates + 2 * units;
  for (std::int64_t k = 0; k < units; ++k) {
    const float dh_now = dh[k] + dh_later[k];
    dz[k] = dh_now * (before[k] - candidate[k]) * call.gate_slope(update[k]);
    dz[2 * units + k] = dh_now * (1 - update[k]) * call.state_slope(candidate[k]);
    dh_later[k] = dh_now * update[k];
  }
}

/// dz of r, and dinner, where inner = h[t - 1] u + b[1].
template <class Functions>
TUTTI_SIMD void reset_after_backward(const Functions& call, std::int64_t units,
                                     const float* __restrict reset, const float* __restrict inner,
                                     float* __restrict dz, float* __restrict dinner) {
  for (std::int64_t k = 0; k < units; ++k) {
    dinner[k] = dz[2 * units + k] * reset[k];
    dz[units + k] = dz[2 * units + k] * inner[k] * call.gate_slope(reset[k]);
  }
}

/// dz of r, and what goes on to h[t - 1], where inner = r h[t - 1].
template <class Functions>
TUTTI_SIMD void reset_before_backward(const Functions& call, std::int64_t units,
                                      const float* __restrict reset, const float* __restrict before,
                                      const float* __restrict dinner, float* __restrict dz,
                                      float* __restrict dh_later) {
  for (std::int64_t k = 0; k < units; ++k) {
    dz[units + k] = dinner[k] * before[k] * call.gate_slope(reset[k]);
    dh_later[k] += dinner[k] * reset[k];
  }
}

}  // namespace

void CpuBackend::gru(const RecurrentShape& s, const float* x, const float* w, const float* u,
                     const float* b, float* gates, float* inner, float* h) {
  const std::int64_t units = s.units, g = 3 * units, row = s.steps * units;
  const std::int64_t columns = s.reset_after ? g : 2 * units, biases = s.reset_after ? 2 * g : g;
  const std::vector<float> zeros(static_cast<std::size_t>(g));
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      const float *um = u + task.member * units * g, *bm = b + task.member * biases;
      std::vector<float> pre(static_cast<std::size_t>(task.count * g)), from_state(pre.size());
      const auto each_example = [&](std::int64_t t, auto step) {
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t at = (task.first + e) * s.steps + t;
          step(e, at, t ? h + (at - 1) * units : zeros.data());
        }
      };
      for (std::int64_t t = 0; t < s.steps; ++t) {
        const std::int64_t first = task.first * s.steps + t;
        cpu::project_inputs(s, task, g, t, x, w, bm, pre.data());
        for (std::int64_t e = 0; e < task.count; ++e)
          std::copy_n(s.reset_after ? bm + g : zeros.data(), g, from_state.data() + e * g);
        cpu::add_recurrence(s, task, g, columns, t, h, u, from_state.data());
        each_example(t, [&](std::int64_t e, std::int64_t at, const float* before) {
          gates_forward(call, s.reset_after, units, pre.data() + e * g, from_state.data() + e * g,
                        before, gates + at * g, inner + at * units);
        });
        if (!s.reset_after && t > 0)
          cpu::product(task.count, units, units, {inner + first * units, row, 1}, um + 2 * units, g,
                       true, pre.data() + 2 * units, g);
        each_example(t, [&](std::int64_t e, std::int64_t at, const float* before) {
          state_forward(call, s.reset_after, units, pre.data() + e * g, inner + at * units, before,
                        gates + at * g, h + at * units);
        });
      }
    });
  });
}

void CpuBackend::gru_backward(const RecurrentShape& s, const float* x, const float* w,
                              const float* u, const float* gates, const float* inner,
                              const float* h, const float* dh, float*, float*, float* dx, float* dw,
                              float* du, float* db) {
  const std::int64_t units = s.units, g = 3 * units;
  const std::vector<float> zeros(static_cast<std::size_t>(units));
  cpu::TaskGradients gradients(s, g, s.reset_after ? 2 : 1);
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      const std::int64_t before_task = task.first * s.steps, rows = task.count * s.steps;
      const auto u_transposed = cpu::transposed(units, g, u + task.member * units * g);
      const float *ut = u_transposed.data(), *ut_candidate = ut + 2 * units * units;
      std::vector<float> later(static_cast<std::size_t>(task.count * units)),
          dz_of_steps(static_cast<std::size_t>(rows * g)),
          dinner_of_steps(static_cast<std::size_t>(rows * units));
      float *dz = dz_of_steps.data(), *dinner = dinner_of_steps.data();
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        const auto each_example = [&](auto step) {
          for (std::int64_t e = 0; e < task.count; ++e) {
            const std::int64_t row = e * s.steps + t, at = before_task + row;
            step(row, at, t ? h + (at - 1) * units : zeros.data(), later.data() + e * units);
          }
        };
        each_example([&](std::int64_t row, std::int64_t at, const float* before, float* dh_later) {
          state_backward(call, units, gates + at * g, before, dh + at * units, dh_later,
                         dz + row * g);
        });
        if (s.reset_after)
          each_example([&](std::int64_t row, std::int64_t at, const float*, float*) {
            reset_after_backward(call, units, gates + at * g + units, inner + at * units,
                                 dz + row * g, dinner + row * units);
          });
        else {
          cpu::product(task.count, units, units, {dz + t * g + 2 * units, s.steps * g, 1},
                       ut_candidate, units, false, dinner + t * units, s.steps * units);
          each_example(
              [&](std::int64_t row, std::int64_t at, const float* before, float* dh_later) {
                reset_before_backward(call, units, gates + at * g + units, before,
                                      dinner + row * units, dz + row * g, dh_later);
              });
        }
        if (t == 0) continue;
        cpu::product(task.count, units, 2 * units, {dz + t * g, s.steps * g, 1}, ut, units, true,
                     later.data(), units);
        if (s.reset_after)
          cpu::product(task.count, units, units, {dinner + t * units, s.steps * units, 1},
                       ut_candidate, units, true, later.data(), units);
      }
      const auto to = gradients.of(task);
      cpu::input_gradient(s, task, g, w, dz, dx);
      cpu::input_kernel_gradient(s, task, g, x, dz, to);
      cpu::recurrent_kernel_gradient(s, task, 2 * units, {h + before_task * units, units},
                                     {dz + g, g}, to.du, g);
      if (s.reset_after) {
        cpu::recurrent_kernel_gradient(s, task, units, {h + before_task * units, units},
                                       {dinner + units, units}, to.du + 2 * units, g);
        std::copy_n(to.db, 2 * units, to.db + g);
        cpu::add_rows(rows, units, dinner, to.db + g + 2 * units);
      } else {
        cpu::recurrent_kernel_gradient(s, task, units, {inner + (before_task + 1) * units, units},
                                       {dz + g + 2 * units, g}, to.du + 2 * units, g);
      }
    });
  });
  gradients.sum(dw, du, db);
}

}  // namespace tutti::kernels
