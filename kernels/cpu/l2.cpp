#include "kernels/cpu/cpu_backend.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {

void CpuBackend::l2(std::int64_t members, std::int64_t size, double coefficient, const float* w,
                    float* loss) {
  parallel_for(members, [&](std::int64_t m) {
    double sum = 0;
    for (std::int64_t n = 0; n < size; ++n) sum += double{w[m * size + n]} * w[m * size + n];
    loss[m] = static_cast<float>(coefficient * sum);
  });
}

void CpuBackend::l2_backward(std::int64_t members, std::int64_t size, double coefficient,
                             const float* w, const float* dloss, float* dw) {
  parallel_for(members, [&](std::int64_t m) {
    const float scale = static_cast<float>(2 * coefficient * dloss[m]);
    for (std::int64_t n = 0; n < size; ++n) dw[m * size + n] = scale * w[m * size + n];
  });
}

}  // namespace tutti::kernels
