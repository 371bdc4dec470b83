#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::last_step(std::int64_t rows, std::int64_t steps, std::int64_t units,
                           const float* x, float* y) {
  for_each(rows, units, [=] __device__(std::int64_t r, std::int64_t k) {
    y[r * units + k] = x[(r * steps + steps - 1) * units + k];
  });
}

void GpuBackend::last_step_backward(std::int64_t rows, std::int64_t steps, std::int64_t units,
                                    const float* dy, float* dx) {
  for_each(rows, steps * units, [=] __device__(std::int64_t r, std::int64_t i) {
    const std::int64_t k = i - (steps - 1) * units;
    dx[r * steps * units + i] = k < 0 ? 0 : dy[r * units + k];
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
