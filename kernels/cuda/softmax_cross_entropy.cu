#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/reduce.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int warps = 8;

/// What a softmax of a row divides: every lane of the warp gets both.
struct RowSums {
  float largest, sum;  // of x, and of exp(x - largest)
};

__device__ RowSums row_sums(std::int64_t classes, const float* x) {
  float largest = -INFINITY;
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32) largest = fmaxf(largest, x[k]);
  largest = warp_max(largest);
  float sum = 0;
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32) sum += expf(x[k] - largest);
  return {largest, warp_sum(sum)};
}

__device__ void write_probabilities(std::int64_t classes, const float* x, const RowSums& sums,
                                    float* y) {
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32)
    y[k] = expf(x[k] - sums.largest) / sums.sum;
}

/// A warp a row.
__global__ void __launch_bounds__(32 * warps)
    softmax_kernel(std::int64_t rows, std::int64_t classes, const float* x, float* y) {
  const std::int64_t row = std::int64_t{blockIdx.x} * warps + threadIdx.x / 32;
  if (row >= rows) return;
  write_probabilities(classes, x + row * classes, row_sums(classes, x + row * classes),
                      y + row * classes);
}

/// A warp a row.
__global__ void __launch_bounds__(32 * warps)
    softmax_backward_kernel(std::int64_t rows, std::int64_t classes, const float* y,
                            const float* dy, float* dx) {
  const std::int64_t row = std::int64_t{blockIdx.x} * warps + threadIdx.x / 32;
  if (row >= rows) return;
  y += row * classes, dy += row * classes, dx += row * classes;
  float sum = 0;
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32) sum += y[k] * dy[k];
  sum = warp_sum(sum);
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32) dx[k] = y[k] * (dy[k] - sum);
}

/// A block a member; its warps take rows in turn.
__global__ void __launch_bounds__(32 * warps)
    softmax_cross_entropy_kernel(std::int64_t batch, std::int64_t classes, const float* x,
                                 const std::int32_t* labels, float* probabilities, float* loss) {
  __shared__ SharedArray<float, warps> of_warps;
  const std::int64_t first = blockIdx.x * batch;
  float total = 0;
  for (std::int64_t row = first + threadIdx.x / 32; row < first + batch; row += warps) {
    const float* from = x + row * classes;
    const RowSums sums = row_sums(classes, from);
    write_probabilities(classes, from, sums, probabilities + row * classes);
    total += sums.largest + logf(sums.sum) - from[labels[row]];
  }
  total = block_sum(total, of_warps);
  if (threadIdx.x == 0) loss[blockIdx.x] = total / static_cast<float>(batch);
}

}  // namespace

void GpuBackend::softmax(std::int64_t rows, std::int64_t classes, const float* x, float* y) {
  launch<softmax_kernel>({{static_cast<unsigned>(pieces<std::int64_t>(rows, warps))}, {32 * warps}},
                         rows, classes, x, y);
}

void GpuBackend::softmax_backward(std::int64_t rows, std::int64_t classes, const float* y,
                                  const float* dy, float* dx) {
  launch<softmax_backward_kernel>(
      {{static_cast<unsigned>(pieces<std::int64_t>(rows, warps))}, {32 * warps}}, rows, classes, y,
      dy, dx);
}

void GpuBackend::softmax_cross_entropy(std::int64_t members, std::int64_t batch,
                                       std::int64_t classes, const float* x,
                                       const std::int32_t* labels, float* probabilities,
                                       float* loss) {
  launch<softmax_cross_entropy_kernel>({{static_cast<unsigned>(members)}, {32 * warps}}, batch,
                                       classes, x, labels, probabilities, loss);
}

void GpuBackend::softmax_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                                std::int64_t classes, const float* probabilities,
                                                const std::int32_t* labels, const float* dloss,
                                                float* dx) {
  const std::int64_t size = batch * classes;
  for_each(members, size, [=] __device__(std::int64_t m, std::int64_t i) {
    const float target = i % classes == labels[m * batch + i / classes] ? 1 : 0;
    dx[m * size + i] =
        (probabilities[m * size + i] - target) * dloss[m] / static_cast<float>(batch);
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
