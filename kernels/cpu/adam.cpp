#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/simd.h"
#include "kernels/parallel.h"

namespace tutti::kernels {
namespace {

struct Constants {
  float keep1, keep2, epsilon, rate;  // 1 - beta1, 1 - beta2
};

TUTTI_SIMD void adam_range(std::int64_t n, Constants c, const float* __restrict g,
                           float* __restrict w, float* __restrict m, float* __restrict v) {
  for (std::int64_t i = 0; i < n; ++i) {
    m[i] += c.keep1 * (g[i] - m[i]);
    v[i] += c.keep2 * (g[i] * g[i] - v[i]);
    w[i] -= c.rate * m[i] / (std::sqrt(v[i]) + c.epsilon);
  }
}

}  // namespace

void CpuBackend::adam(std::int64_t members, std::int64_t size, const AdamStep& step,
                      const float* rates, const float* g, float* w, float* m, float* v) {
  const std::int64_t parts = (size + cpu::elements_a_task - 1) / cpu::elements_a_task;
  parallel_for(members * parts, [&](std::int64_t task) {
    const std::int64_t member = task / parts, first = task % parts * cpu::elements_a_task;
    const Constants constants{static_cast<float>(1 - step.beta1),
                              static_cast<float>(1 - step.beta2), static_cast<float>(step.epsilon),
                              rates[member]};
    const std::int64_t at = member * size + first;
    adam_range(std::min<std::int64_t>(cpu::elements_a_task, size - first), constants, g + at,
               w + at, m + at, v + at);
  });
}

}  // namespace tutti::kernels
