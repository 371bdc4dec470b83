#include <cmath>

#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::activation(const ActivationFunction& f, std::int64_t size, const float* x,
                            float* y) {
  for_each(size, [=] __device__(std::int64_t i) { y[i] = activated_by_any(f, x[i]); });
}

void GpuBackend::activation_backward(const ActivationFunction& f, std::int64_t size,
                                     const float* at, const float* dy, float* dx) {
  if (f.has_derivative_from_input())
    return for_each(
        size, [=] __device__(std::int64_t i) { dx[i] = dy[i] * derivative_from_input(f, at[i]); });
  for_each(size,
           [=] __device__(std::int64_t i) { dx[i] = dy[i] * derivative_from_output(f, at[i]); });
}

void GpuBackend::moving_average(std::int64_t members, std::int64_t size, double share,
                                const float* rates, const float* value, float* average) {
  const float by = static_cast<float>(share);
  for_each(members, size, [=] __device__(std::int64_t m, std::int64_t n) {
    const std::int64_t i = m * size + n;
    if (!rates || !std::isnan(rates[m])) average[i] += by * (value[i] - average[i]);
  });
}

void GpuBackend::fill(std::int64_t size, double value, float* y) {
  const float constant = static_cast<float>(value);
  for_each(size, [=] __device__(std::int64_t i) { y[i] = constant; });
}

void GpuBackend::rescale(std::int64_t size, double scale, double offset, const float* x, float* y) {
  const float by = static_cast<float>(scale), plus = static_cast<float>(offset);
  for_each(size, [=] __device__(std::int64_t i) { y[i] = by * x[i] + plus; });
}

}  // namespace tutti::kernels::TUTTI_GPU
