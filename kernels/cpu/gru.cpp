#include <algorithm>
#include <vector>

#include "kernels/cpu/cell_functions.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/gemm.h"
#include "kernels/cpu/recurrent.h"
#include "kernels/cpu/simd.h"
#include "kernels/parallel.h"

namespace tutti::kernels {
namespace {

// Each function is one step of one example; gates are z, r, c.

/// Activates z and r, and makes `inner`. from_state: what h[t - 1] adds to them, and, with
/// reset_after, its part of c.
template <class Functions>
TUTTI_SIMD void gates_forward(const Functions& call, bool reset_after, std::int64_t units,
                              const float* __restrict from_state, const float* __restrict before,
                              float* __restrict gates, float* __restrict inner) {
  for (std::int64_t j = 0; j < 2 * units; ++j) gates[j] = call.gate(gates[j] + from_state[j]);
  if (reset_after)
    std::copy_n(from_state + 2 * units, units, inner);
  else
    for (std::int64_t k = 0; k < units; ++k) inner[k] = gates[units + k] * before[k];
}

template <class Functions>
TUTTI_SIMD void state_forward(const Functions& call, bool reset_after, std::int64_t units,
                              const float* __restrict inner, const float* __restrict before,
                              float* __restrict gates, float* __restrict h) {
  const float *update = gates, *reset = gates + units;
  float* candidate = gates + 2 * units;
  if (reset_after)
    for (std::int64_t k = 0; k < units; ++k) candidate[k] += reset[k] * inner[k];
  for (std::int64_t k = 0; k < units; ++k) {
    candidate[k] = call.state(candidate[k]);
    h[k] = update[k] * before[k] + (1 - update[k]) * candidate[k];
  }
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
      cpu::project_inputs(s, task, g, x, w, bm, gates);
      std::vector<float> from_state(static_cast<std::size_t>(task.count * g));
      const auto each_example = [&](std::int64_t t, auto step) {
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t at = (task.first + e) * s.steps + t;
          step(e, at, t ? h + (at - 1) * units : zeros.data());
        }
      };
      for (std::int64_t t = 0; t < s.steps; ++t) {
        const std::int64_t first = task.first * s.steps + t;
        for (std::int64_t e = 0; e < task.count; ++e)
          std::copy_n(s.reset_after ? bm + g : zeros.data(), g, from_state.data() + e * g);
        if (t > 0)
          cpu::gemm(task.count, columns, units, {h + (first - 1) * units, row}, {um, g}, 1,
                    from_state.data(), g);
        each_example(t, [&](std::int64_t e, std::int64_t at, const float* before) {
          gates_forward(call, s.reset_after, units, from_state.data() + e * g, before,
                        gates + at * g, inner + at * units);
        });
        if (!s.reset_after && t > 0)
          cpu::gemm(task.count, units, units, {inner + first * units, row}, {um + 2 * units, g}, 1,
                    gates + first * g + 2 * units, s.steps * g);
        each_example(t, [&](std::int64_t, std::int64_t at, const float* before) {
          state_forward(call, s.reset_after, units, inner + at * units, before, gates + at * g,
                        h + at * units);
        });
      }
    });
  });
}

void CpuBackend::gru_backward(const RecurrentShape& s, const float* x, const float* w,
                              const float* u, const float* gates, const float* inner,
                              const float* h, const float* dh, float* dz, float* dinner, float* dx,
                              float* dw, float* du, float* db) {
  const std::int64_t units = s.units, g = 3 * units, row = s.steps * units;
  const std::vector<float> zeros(static_cast<std::size_t>(units));
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      const float *um = u + task.member * units * g, *uc = um + 2 * units;
      std::vector<float> later(static_cast<std::size_t>(task.count * units));
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        const auto each_example = [&](auto step) {
          for (std::int64_t e = 0; e < task.count; ++e) {
            const std::int64_t at = (task.first + e) * s.steps + t;
            step(at, t ? h + (at - 1) * units : zeros.data(), later.data() + e * units);
          }
        };
        const std::int64_t first = task.first * s.steps + t;
        each_example([&](std::int64_t at, const float* before, float* dh_later) {
          state_backward(call, units, gates + at * g, before, dh + at * units, dh_later,
                         dz + at * g);
        });
        if (s.reset_after)
          each_example([&](std::int64_t at, const float*, float*) {
            reset_after_backward(call, units, gates + at * g + units, inner + at * units,
                                 dz + at * g, dinner + at * units);
          });
        else {
          cpu::gemm(task.count, units, units, {dz + first * g + 2 * units, s.steps * g},
                    {uc, g, true}, 0, dinner + first * units, row);
          each_example([&](std::int64_t at, const float* before, float* dh_later) {
            reset_before_backward(call, units, gates + at * g + units, before, dinner + at * units,
                                  dz + at * g, dh_later);
          });
        }
        if (t == 0) continue;
        cpu::gemm(task.count, units, 2 * units, {dz + first * g, s.steps * g}, {um, g, true}, 1,
                  later.data(), units);
        if (s.reset_after)
          cpu::gemm(task.count, units, units, {dinner + first * units, row}, {uc, g, true}, 1,
                    later.data(), units);
      }
    });
  });
  parallel_for(2 * s.members, [&](std::int64_t task) {
    const std::int64_t m = task / 2, rows = s.batch * s.steps;
    float* db_of_input = db + m * (s.reset_after ? 2 * g : g);
    float *du_gates = du + m * units * g, *du_candidate = du_gates + 2 * units;
    if (task % 2 == 0) {
      cpu::input_gradients(s, m, g, x, w, dz, dx, dw, db_of_input);
      if (!s.reset_after) return;
      float* db_of_state = db_of_input + g;
      std::copy_n(db_of_input, 2 * units, db_of_state);
      std::fill_n(db_of_state + 2 * units, units, 0.0f);
      cpu::add_rows(rows, units, dinner + m * rows * units, db_of_state + 2 * units);
    } else {
      cpu::recurrent_kernel_gradient(s, m, 2 * units, {h, units}, {dz + g, g}, du_gates, g);
      if (s.reset_after)
        cpu::recurrent_kernel_gradient(s, m, units, {h, units}, {dinner + units, units},
                                       du_candidate, g);
      else
        cpu::recurrent_kernel_gradient(s, m, units, {inner + units, units}, {dz + g + 2 * units, g},
                                       du_candidate, g);
    }
  });
}

}  // namespace tutti::kernels
