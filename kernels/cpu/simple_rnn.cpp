#include <vector>

#include "kernels/cpu/cell_functions.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/recurrent.h"
#include "kernels/cpu/simd.h"

namespace tutti::kernels {
namespace {

template <class Functions>
TUTTI_SIMD void activate(const Functions& call, std::int64_t units, float* h) {
  for (std::int64_t k = 0; k < units; ++k) h[k] = call.state(h[k]);
}

template <class Functions>
TUTTI_SIMD void activate_backward(const Functions& call, std::int64_t units, const float* h,
                                  const float* dh, const float* dh_later, float* dz) {
  for (std::int64_t k = 0; k < units; ++k) dz[k] = (dh[k] + dh_later[k]) * call.state_slope(h[k]);
}

}  // namespace

// The pre-activations are made in h, and activated there.
void CpuBackend::simple_rnn(const RecurrentShape& s, const float* x, const float* w, const float* u,
                            const float* b, float* h) {
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      cpu::project_inputs(s, task, s.units, x, w, b + task.member * s.units, h);
      for (std::int64_t t = 0; t < s.steps; ++t) {
        cpu::add_recurrence(s, task, s.units, t, h, u, h);
        for (std::int64_t e = task.first; e < task.first + task.count; ++e)
          activate(call, s.units, h + (e * s.steps + t) * s.units);
      }
    });
  });
}

void CpuBackend::simple_rnn_backward(const RecurrentShape& s, const float* x, const float* w,
                                     const float* u, const float* h, const float* dh, float* dz,
                                     float* dx, float* dw, float* du, float* db) {
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      std::vector<float> dh_later(static_cast<std::size_t>(task.count * s.units));
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t at = ((task.first + e) * s.steps + t) * s.units;
          activate_backward(call, s.units, h + at, dh + at, dh_later.data() + e * s.units, dz + at);
        }
        if (t > 0) cpu::gradient_of_recurrence(s, task, s.units, t, dz, u, dh_later.data());
      }
    });
  });
  cpu::recurrent_gradients(s, s.units, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels
