#include <vector>

#include "kernels/cpu/cell_functions.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/recurrent.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

template <class Functions>
TUTTI_SIMD void activate(const Functions& call, std::int64_t units, const float* z, float* h) {
  cpu::in_vectors(units, [&](std::int64_t k) TUTTI_INLINE { h[k] = call.state(z[k]); });
}

template <class Functions>
TUTTI_SIMD void activate_backward(const Functions& call, std::int64_t units, const float* h,
                                  const float* dh, const float* dh_later, float* dz) {
  cpu::in_vectors(units, [&](std::int64_t k) TUTTI_INLINE {
    dz[k] = (dh[k] + dh_later[k]) * call.state_slope(h[k]);
  });
}

}  // namespace

void CpuBackend::simple_rnn(const RecurrentShape& s, const float* x, const float* w, const float* u,
                            const float* b, float* h) {
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      std::vector<float> z(static_cast<std::size_t>(task.count * s.units));
      for (std::int64_t t = 0; t < s.steps; ++t) {
        cpu::project_inputs(s, task, s.units, t, x, w, b + task.member * s.units, z.data());
        cpu::add_recurrence(s, task, s.units, s.units, t, h, u, z.data());
        for (std::int64_t e = 0; e < task.count; ++e)
          activate(call, s.units, z.data() + e * s.units,
                   h + ((task.first + e) * s.steps + t) * s.units);
      }
    });
  });
}

void CpuBackend::simple_rnn_backward(const RecurrentShape& s, const float* x, const float* w,
                                     const float* u, const float* h, const float* dh, float*,
                                     float* dx, float* dw, float* du, float* db) {
  const std::int64_t units = s.units;
  cpu::TaskGradients gradients(s, units, 1);
  cpu::with_cell_functions(s, [&](const auto& call) {
    cpu::each_recurrent_task(s, [&](const cpu::RecurrentTask& task) {
      const std::int64_t before = task.first * s.steps * units;
      const auto u_transposed = cpu::transposed(units, units, u + task.member * units * units);
      std::vector<float> dz(static_cast<std::size_t>(task.count * s.steps * units)),
          dh_later(static_cast<std::size_t>(task.count * units));
      for (std::int64_t t = s.steps - 1; t >= 0; --t) {
        for (std::int64_t e = 0; e < task.count; ++e) {
          const std::int64_t at = (e * s.steps + t) * units;
          activate_backward(call, units, h + before + at, dh + before + at,
                            dh_later.data() + e * units, dz.data() + at);
        }
        if (t > 0)
          cpu::gradient_of_recurrence(s, task, units, t, dz.data(), u_transposed.data(),
                                      dh_later.data());
      }
      const auto to = gradients.of(task);
      cpu::input_gradient(s, task, units, w, dz.data(), dx);
      cpu::input_kernel_gradient(s, task, units, x, dz.data(), to);
      cpu::recurrent_kernel_gradient(s, task, units, {h + before, units},
                                     {dz.data() + units, units}, to.du, units);
    });
  });
  gradients.sum(dw, du, db);
}

}  // namespace tutti::kernels
