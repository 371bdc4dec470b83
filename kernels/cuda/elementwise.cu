#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::relu(std::int64_t size, const float* x, float* y) {
  for_each(size, [=] __device__(std::int64_t i) { y[i] = x[i] > 0 ? x[i] : 0; });
}

void GpuBackend::relu_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  for_each(size, [=] __device__(std::int64_t i) { dx[i] = y[i] > 0 ? dy[i] : 0; });
}

void GpuBackend::tanh(std::int64_t size, const float* x, float* y) {
  for_each(size, [=] __device__(std::int64_t i) { y[i] = tanhf(x[i]); });
}

void GpuBackend::tanh_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  for_each(size, [=] __device__(std::int64_t i) { dx[i] = dy[i] * (1 - y[i] * y[i]); });
}

void GpuBackend::sigmoid(std::int64_t size, const float* x, float* y) {
  for_each(size, [=] __device__(std::int64_t i) { y[i] = 1 / (1 + expf(-x[i])); });
}

void GpuBackend::sigmoid_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  for_each(size, [=] __device__(std::int64_t i) { dx[i] = dy[i] * y[i] * (1 - y[i]); });
}

void GpuBackend::add(std::int64_t size, const float* a, const float* b, float* y) {
  for_each(size, [=] __device__(std::int64_t i) { y[i] = a[i] + b[i]; });
}

}  // namespace tutti::kernels::TUTTI_GPU
