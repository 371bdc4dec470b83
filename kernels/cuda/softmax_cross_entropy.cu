#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/reduce.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int softmax_warps = 8;

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
__global__ void __launch_bounds__(32 * softmax_warps)
    softmax_kernel(std::int64_t rows, std::int64_t classes, const float* x, float* y) {
  const std::int64_t row = std::int64_t{blockIdx.x} * softmax_warps + threadIdx.x / 32;
  if (row >= rows) return;
  write_probabilities(classes, x + row * classes, row_sums(classes, x + row * classes),
                      y + row * classes);
}

/// A warp a row.
__global__ void __launch_bounds__(32 * softmax_warps)
    softmax_backward_kernel(std::int64_t rows, std::int64_t classes, const float* y,
                            const float* dy, float* dx) {
  const std::int64_t row = std::int64_t{blockIdx.x} * softmax_warps + threadIdx.x / 32;
  if (row >= rows) return;
  y += row * classes, dy += row * classes, dx += row * classes;
  float sum = 0;
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32) sum += y[k] * dy[k];
  sum = warp_sum(sum);
  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32) dx[k] = y[k] * (dy[k] - sum);
}

/// A block a member; its warps take rows in turn. loss_of_row(row, log of the sum of exp(x)) is the
/// same in all lanes. (Four blocks a multiprocessor: for more, ptxas spills on sm_100.)
template <class LossOfRow>
__global__ void __launch_bounds__(32 * softmax_warps, 4)
    cross_entropy_kernel(std::int64_t batch, std::int64_t classes, const float* x,
                         float* probabilities, float* loss, LossOfRow loss_of_row) {
  __shared__ SharedArray<float, softmax_warps> of_warps;
  const std::int64_t first = blockIdx.x * batch;
  float total = 0;
  for (std::int64_t row = first + threadIdx.x / 32; row < first + batch; row += softmax_warps) {
    const RowSums sums = row_sums(classes, x + row * classes);
    write_probabilities(classes, x + row * classes, sums, probabilities + row * classes);
    total += loss_of_row(row, sums.largest + logf(sums.sum));
  }
  total = block_sum(total, of_warps);
  if (threadIdx.x == 0) loss[blockIdx.x] = total / static_cast<float>(batch);
}

template <class LossOfRow>
void cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes, const float* x,
                   float* probabilities, float* loss, LossOfRow loss_of_row) {
  launch<cross_entropy_kernel<LossOfRow>>({{static_cast<unsigned>(members)}, {32 * softmax_warps}},
                                          batch, classes, x, probabilities, loss, loss_of_row);
}

}  // namespace

void GpuBackend::softmax(std::int64_t rows, std::int64_t classes, const float* x, float* y) {
  launch<softmax_kernel>(
      {{static_cast<unsigned>(pieces<std::int64_t>(rows, softmax_warps))}, {32 * softmax_warps}},
      rows, classes, x, y);
}

void GpuBackend::softmax_backward(std::int64_t rows, std::int64_t classes, const float* y,
                                  const float* dy, float* dx) {
  launch<softmax_backward_kernel>(
      {{static_cast<unsigned>(pieces<std::int64_t>(rows, softmax_warps))}, {32 * softmax_warps}},
      rows, classes, y, dy, dx);
}

void GpuBackend::softmax_cross_entropy(std::int64_t members, std::int64_t batch,
                                       std::int64_t classes, const float* x,
                                       const std::int32_t* labels, float* probabilities,
                                       float* loss) {
  cross_entropy(members, batch, classes, x, probabilities, loss,
                [=] __device__(std::int64_t row, float log_sum) {
                  return log_sum - x[row * classes + labels[row]];
                });
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

void GpuBackend::soft_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                                    const float* x, const float* targets, float* probabilities,
                                    float* loss) {
  cross_entropy(members, batch, classes, x, probabilities, loss,
                [=] __device__(std::int64_t row, float log_sum) {
                  float sum = 0;
                  for (std::int64_t k = threadIdx.x % 32; k < classes; k += 32)
                    sum += targets[row * classes + k] * (log_sum - x[row * classes + k]);
                  return warp_sum(sum);
                });
}

void GpuBackend::soft_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                             std::int64_t classes, const float* probabilities,
                                             const float* targets, const float* dloss, float* dx) {
  for_each(members, batch, [=] __device__(std::int64_t m, std::int64_t r) {
    const std::int64_t first = (m * batch + r) * classes;
    float weight = 0;
    for (std::int64_t i = first; i < first + classes; ++i) weight += targets[i];
    const float scale = dloss[m] / static_cast<float>(batch);
    for (std::int64_t i = first; i < first + classes; ++i)
      dx[i] = (weight * probabilities[i] - targets[i]) * scale;
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
