#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/reduce.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int row_warps = 8;

/// A warp a row: y[row] = scale * sum of x[row].
__global__ void __launch_bounds__(32 * row_warps)
    row_sums_kernel(std::int64_t rows, std::int64_t length, float scale, const float* x, float* y) {
  const std::int64_t row = std::int64_t{blockIdx.x} * row_warps + threadIdx.x / 32;
  if (row >= rows) return;
  float sum = 0;
  for (std::int64_t n = threadIdx.x % 32; n < length; n += 32) sum += x[row * length + n];
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) y[row] = scale * sum;
}

/// body(i, first) for every element of the result: its number, and that of the first of its line.
template <class Body>
void for_each_line(const ReduceShape& s, Body body) {
  const std::int64_t inner = s.inner, length = s.length;
  for_each(s.members, s.outer * inner, [=] __device__(std::int64_t m, std::int64_t n) {
    const std::int64_t i = m * s.outer * inner + n;
    body(i, i / inner * length * inner + i % inner);
  });
}

/// The number of the first of the largest of a line.
__device__ std::int64_t argmax(const ReduceShape& s, const float* x, std::int64_t first) {
  std::int64_t largest = first;
  for (std::int64_t n = 1; n < s.length; ++n)
    if (exceeds(x[first + n * s.inner], x[largest])) largest = first + n * s.inner;
  return largest;
}

}  // namespace

void GpuBackend::reduce_sum(const ReduceShape& s, double scale, const float* x, float* y) {
  const float by = static_cast<float>(scale);
  const std::int64_t length = s.length, inner = s.inner;
  if (s.outer == 1)  // a long sum for each member
    return column_sums(
        s.members, length, inner, by,
        [=] __device__(std::int64_t m, std::int64_t r, std::int64_t c) {
          return x[(m * length + r) * inner + c];
        },
        y);
  if (inner == 1) {
    const std::int64_t rows = s.members * s.outer;
    return launch<row_sums_kernel>(
        {{static_cast<unsigned>(pieces<std::int64_t>(rows, row_warps))}, {32 * row_warps}}, rows,
        length, by, x, y);
  }
  for_each_line(s, [=] __device__(std::int64_t i, std::int64_t first) {
    float sum = 0;
    for (std::int64_t n = 0; n < length; ++n) sum += x[first + n * inner];
    y[i] = by * sum;
  });
}

void GpuBackend::reduce_max(const ReduceShape& s, const float* x, float* y) {
  for_each_line(
      s, [=] __device__(std::int64_t i, std::int64_t first) { y[i] = x[argmax(s, x, first)]; });
}

void GpuBackend::reduce_max_backward(const ReduceShape& s, const float* x, const float* dy,
                                     float* dx) {
  for_each_line(s, [=] __device__(std::int64_t i, std::int64_t first) {
    const std::int64_t largest = argmax(s, x, first);
    for (std::int64_t n = 0; n < s.length; ++n) {
      const std::int64_t at = first + n * s.inner;
      dx[at] = at == largest ? dy[i] : 0;
    }
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
