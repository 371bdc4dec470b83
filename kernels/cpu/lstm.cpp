#include <vector>

#include "kernels/cpu/cell_functions.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/recurrent.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

/// Starts to fetch what another step will read.
void prefetch(const float* p, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += 16) __builtin_prefetch(p + i);
}

/// One step of one example, from the pre-activations z of the gates i f c o.
template <class Functions>
TUTTI_SIMD void cell_forward(const Functions& call, std::int64_t units, const float* z,
                             const float* before, float* gates, float* cell, float* h) {
  cpu::in_vectors(units, [&](std::int64_t k) TUTTI_INLINE {
    const float i = call.gate(z[k]), f = call.gate(z[units + k]), c = call.state(z[2 * units + k]),
                o = call.gate(z[3 * units + k]);
    gates[k] = i;
    gates[units + k] = f;
    gates[2 * units + k] = c;
    gates[3 * units + k] = o;
    cell[k] = f * before[k] + i * c;
    h[k] = o * call.state(cell[k]);
  });
}

/// Its gradients: dz of the pre-activations, and of cell[t - 1] from that of cell[t].
template <class Functions>
TUTTI_SIMD void cell_backward(const Functions& call, std::int64_t units, const float* gates,
                              const float* before, const float* cell, const float* dh,
                              const float* dh_later, const float* dcell, float* dz,
                              float* dcell_before) {
  cpu::in_vectors(units, [&](std::int64_t k) TUTTI_INLINE {
    const float i = gates[k], f = gates[units + k], c = gates[2 * units + k],
                o = gates[3 * units + k];
    const float squashed = call.state(cell[k]), dh_now = dh[k] + dh_later[k];
    const float dcell_now = dcell[k] + dh_now * o * call.state_slope(squashed);
    dz[k] = dcell_now * c * call.gate_slope(i);
    dz[units + k] = dcell_now * before[k] * call.gate_slope(f);
    dz[2 * units + k] = dcell_now * i * call.state_slope(c);
    dz[3 * units + k] = dh_now * squashed * call.gate_slope(o);
    dcell_before[k] = dcell_now * f;
  });
}

}  // namespace

void CpuBackend::lstm(const RecurrentShape& s, const float* x, const float* w, const float* u,
                      const float* b, float* gates, float* cells, float* h) {
  const std::int64_t g = 4 * s.units;
  const std::vector<float> zeros(static_cast<std::size_t>(s.units));
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      std::vector<float> z(static_cast<std::size_t>(task.count * g));
      for (std::int64_t t = 0; t < s.steps; ++t) {
        cpu::project_inputs(s, task, g, t, x, w, b + task.member * g, z.data());
        cpu::add_recurrence(s, task, g, g, t, h, u, z.data());
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t at = (task.first + e) * s.steps + t;
          float* cell = cells + at * s.units;
          cell_forward(call, s.units, z.data() + e * g, t ? cell - s.units : zeros.data(),
                       gates + at * g, cell, h + at * s.units);
        }
      }
    });
  });
}

void CpuBackend::lstm_backward(const RecurrentShape& s, const float* x, const float* w,
                               const float* u, const float* gates, const float* cells,
                               const float* h, const float* dh, float*, float* dx, float* dw,
                               float* du, float* db) {
  const std::int64_t units = s.units, g = 4 * units;
  const std::vector<float> zeros(static_cast<std::size_t>(units));
  cpu::TaskGradients gradients(s, g, 1);
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      const std::int64_t before = task.first * s.steps;
      const auto u_transposed = cpu::transposed(units, g, u + task.member * units * g);
      std::vector<float> dz(static_cast<std::size_t>(task.count * s.steps * g)),
          dh_later(static_cast<std::size_t>(task.count * units)), dcell(dh_later.size()),
          dcell_before(dh_later.size());
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t row = e * s.steps + t, at = before + row;
          const float* cell = cells + at * units;
          cell_backward(call, units, gates + at * g, t ? cell - units : zeros.data(), cell,
                        dh + at * units, dh_later.data() + e * units, dcell.data() + e * units,
                        dz.data() + row * g, dcell_before.data() + e * units);
          if (t < 2) continue;
          prefetch(gates + (at - 1) * g, g);
          prefetch(cell - 2 * units, units);
          prefetch(dh + (at - 1) * units, units);
        }
        dcell.swap(dcell_before);
        if (t > 0)
          cpu::gradient_of_recurrence(s, task, g, t, dz.data(), u_transposed.data(),
                                      dh_later.data());
      }
      const auto to = gradients.of(task);
      cpu::input_gradient(s, task, g, w, dz.data(), dx);
      cpu::input_kernel_gradient(s, task, g, x, dz.data(), to);
      cpu::recurrent_kernel_gradient(s, task, g, {h + before * units, units}, {dz.data() + g, g},
                                     to.du, g);
    });
  });
  gradients.sum(dw, du, db);
}

}  // namespace tutti::kernels
