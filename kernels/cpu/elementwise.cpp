#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/simd.h"
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

}  // namespace

void CpuBackend::add(std::int64_t size, const float* a, const float* b, float* y) {
  parallel_ranges(size, cpu::elements_a_task, [&](std::int64_t begin, std::int64_t end) {
    add_range(end - begin, a + begin, b + begin, y + begin);
  });
}

void CpuBackend::relu(std::int64_t size, const float* x, float* y) {
  parallel_ranges(size, cpu::elements_a_task, [&](std::int64_t begin, std::int64_t end) {
    relu_range(end - begin, x + begin, y + begin);
  });
}

void CpuBackend::relu_backward(std::int64_t size, const float* y, const float* dy, float* dx) {
  parallel_ranges(size, cpu::elements_a_task, [&](std::int64_t begin, std::int64_t end) {
    relu_backward_range(end - begin, y + begin, dy + begin, dx + begin);
  });
}

}  // namespace tutti::kernels
