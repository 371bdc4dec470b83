#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/vector_math.h"
#include "kernels/parallel.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void add_range(std::int64_t n, const float* a, const float* b, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = a[i] + b[i];
}

TUTTI_SIMD void relu_range(std::int64_t n, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : 0;
}

TUTTI_SIMD void relu_backward_range(std::int64_t n, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
}

TUTTI_SIMD void tanh_range(std::int64_t n, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = cpu::vector_tanh(x[i]);
}

TUTTI_SIMD void tanh_backward_range(std::int64_t n, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
}

TUTTI_SIMD void sigmoid_range(std::int64_t n, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = cpu::vector_sigmoid(x[i]);
}

TUTTI_SIMD void sigmoid_backward_range(std::int64_t n, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] * y[i] * (1 - y[i]);
}

/// range(n, arrays…) over all elements, in tasks.
template <class Range, class... Arrays>
void elementwise(std::int64_t size, Range range, Arrays... arrays) {
  parallel_ranges(size, cpu::elements_a_task, [&](std::int64_t begin, std::int64_t end) {
    range(end - begin, (arrays + begin)...);
  });
}

}  // namespace

void CpuBackend::add(std::int64_t size, const float* a, const float* b, float* y) {
  elementwise(size, add_range, a, b, y);
}

void CpuBackend::relu(std::int64_t size, const float* x, float* y) {
  elementwise(size, relu_range, x, y);
}

void CpuBackend::relu_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  elementwise(size, relu_backward_range, y, dy, dx);
}

void CpuBackend::tanh(std::int64_t size, const float* x, float* y) {
  elementwise(size, tanh_range, x, y);
}

void CpuBackend::tanh_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  elementwise(size, tanh_backward_range, y, dy, dx);
}

void CpuBackend::sigmoid(std::int64_t size, const float* x, float* y) {
  elementwise(size, sigmoid_range, x, y);
}

void CpuBackend::sigmoid_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  elementwise(size, sigmoid_backward_range, y, dy, dx);
}

}  // namespace tutti::kernels
