#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/normal_numbers.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::gaussian_noise(std::int64_t members, std::int64_t size, double stddev,
                                const std::int32_t* draws, std::uint64_t layer, const float* x,
                                float* y) {
  const float by = static_cast<float>(stddev);
  for_each(members, (size + 3) / 4, [=] __device__(std::int64_t m, std::int64_t group) {
    const DropoutDraw draw(draws + 3 * m, layer);
    const auto words = philox(draw.key, draw.call, static_cast<std::uint64_t>(group));
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const std::int64_t n = 4 * group + k;
      if (n < size) y[m * size + n] = x[m * size + n] + by * normal_number(words, k);
    }
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
