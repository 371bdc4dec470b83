#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::adam(std::int64_t members, std::int64_t size, const AdamStep& step,
                      const float* rates, const float* g, float* w, float* m, float* v) {
  const float keep1 = static_cast<float>(1 - step.beta1),
              keep2 = static_cast<float>(1 - step.beta2),
              epsilon = static_cast<float>(step.epsilon);
  for_each(members, size, [=] __device__(std::int64_t member, std::int64_t n) {
    const std::int64_t i = member * size + n;
    const float gradient = g[i];
    const float mean = m[i] + keep1 * (gradient - m[i]);
    const float square = v[i] + keep2 * (gradient * gradient - v[i]);
    m[i] = mean;
    v[i] = square;
    w[i] -= rates[member] * mean / (sqrtf(square) + epsilon);
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
