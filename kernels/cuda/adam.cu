#include "kernels/cuda/adam.h"
#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::adam(std::int64_t members, std::int64_t size, const AdamStep& step,
                      const float* rates, const float* g, float* w, float* m, float* v) {
  const AdamWeights weights(step, rates, w, m, v);
  for_each(members, size, [=] __device__(std::int64_t member, std::int64_t n) {
    const std::int64_t i = member * size + n;
    weights.move(static_cast<int>(member), i, g[i]);
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
