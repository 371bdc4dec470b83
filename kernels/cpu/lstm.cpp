#include <vector>

#include "kernels/cpu/cell_functions.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/recurrent.h"
#include "kernels/cpu/simd.h"

namespace tutti::kernels {
namespace {

/// One step of one example. gates: pre-activations i f c o, activated in place.
template <class Functions>
TUTTI_SIMD void cell_forward(const Functions& call, std::int64_t units, float* __restrict gates,
                             const float* __restrict before, float* __restrict cell,
                             float* __restrict h) {
  float *input = gates, *forget = gates + units, *candidate = gates + 2 * units,
        *output = gates + 3 * units;
  for (std::int64_t k = 0; k < units; ++k) {
    input[k] = call.gate(input[k]);
    forget[k] = call.gate(forget[k]);
    candidate[k] = call.state(candidate[k]);
    output[k] = call.gate(output[k]);
    cell[k] = forget[k] * before[k] + input[k] * candidate[k];
    h[k] = output[k] * call.state(cell[k]);
  }
}

/// Its gradients: dz of the pre-activations, and dcell, from that of cell[t] to that of cell[t -
/// 1].
template <class Functions>
TUTTI_SIMD void cell_backward(const Functions& call, std::int64_t units,
                              const float* __restrict gates, const float* __restrict before,
                              const float* __restrict cell, const float* __restrict dh,
                              const float* __restrict dh_later, float* __restrict dcell,
                              float* __restrict dz) {
  const float *input = gates, *forget = gates + units, *candidate = gates + 2 * units,
              *output = gates + 3 * units;
  for (std::int64_t k = 0; k < units; ++k) {
    const float i = input[k], f = forget[k], c = candidate[k], o = output[k];
    const float squashed = call.state(cell[k]), dh_now = dh[k] + dh_later[k];
    const float dcell_now = dcell[k] + dh_now * o * call.state_slope(squashed);
    dz[k] = dcell_now * c * call.gate_slope(i);
    dz[units + k] = dcell_now * before[k] * call.gate_slope(f);
    dz[2 * units + k] = dcell_now * i * call.state_slope(c);
    dz[3 * units + k] = dh_now * squashed * call.gate_slope(o);
    dcell[k] = dcell_now * f;
  }
}

}  // namespace

void CpuBackend::lstm(const RecurrentShape& s, const float* x, const float* w, const float* u,
                      const float* b, float* gates, float* cells, float* h) {
  const std::int64_t g = 4 * s.units;
  const std::vector<float> zeros(static_cast<std::size_t>(s.units));
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      cpu::project_inputs(s, task, g, x, w, b + task.member * g, gates);
      for (std::int64_t t = 0; t < s.steps; ++t) {
        cpu::add_recurrence(s, task, g, t, h, u, gates);
        for (std::int64_t e = task.first; e < task.first + task.count; ++e) {
          const std::int64_t at = e * s.steps + t;
          float* cell = cells + at * s.units;
          cell_forward(call, s.units, gates + at * g, t ? cell - s.units : zeros.data(), cell,
                       h + at * s.units);
        }
      }
    });
  });
}

void CpuBackend::lstm_backward(const RecurrentShape& s, const float* x, const float* w,
                               const float* u, const float* gates, const float* cells,
                               const float* h, const float* dh, float* dz, float* dx, float* dw,
                               float* du, float* db) {
  const std::int64_t g = 4 * s.units;
  const std::vector<float> zeros(static_cast<std::size_t>(s.units));
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      std::vector<float> dh_later(static_cast<std::size_t>(task.count * s.units)),
          dcell(dh_later.size());
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t at = (task.first + e) * s.steps + t;
          const float* cell = cells + at * s.units;
          cell_backward(call, s.units, gates + at * g, t ? cell - s.units : zeros.data(), cell,
                        dh + at * s.units, dh_later.data() + e * s.units,
                        dcell.data() + e * s.units, dz + at * g);
        }
        if (t > 0) cpu::gradient_of_recurrence(s, task, g, t, dz, u, dh_later.data());
      }
    });
  });
  cpu::recurrent_gradients(s, g, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels
