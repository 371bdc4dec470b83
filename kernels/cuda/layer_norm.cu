#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/reduce.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int warps = 8;

/// A warp a row.
__global__ void __launch_bounds__(32 * warps)
    layer_norm_kernel(std::int64_t all_rows, std::int64_t rows, std::int64_t features,
                      float epsilon, const float* x, const float* gamma, const float* beta,
                      float* mean, float* scale, float* y) {
  const std::int64_t row = std::int64_t{blockIdx.x} * warps + threadIdx.x / 32;
  if (row >= all_rows) return;
  const int lane = threadIdx.x % 32;
  x += row * features, y += row * features;
  gamma += row / rows * features, beta += row / rows * features;
  const float size = static_cast<float>(features);
  float sum = 0, squares = 0;
  for (std::int64_t n = lane; n < features; n += 32) sum += x[n];
  const float middle = warp_sum(sum) / size;
  for (std::int64_t n = lane; n < features; n += 32) squares += (x[n] - middle) * (x[n] - middle);
  const float by = 1 / sqrtf(warp_sum(squares) / size + epsilon);
  for (std::int64_t n = lane; n < features; n += 32)
    y[n] = gamma[n] * (by * (x[n] - middle)) + beta[n];
  if (lane > 0) return;
  mean[row] = middle;
  scale[row] = by;
}

/// A warp a row.
__global__ void __launch_bounds__(32 * warps)
    layer_norm_backward_kernel(std::int64_t all_rows, std::int64_t rows, std::int64_t features,
                               const float* x, const float* gamma, const float* mean,
                               const float* scale, const float* dy, float* dx) {
  const std::int64_t row = std::int64_t{blockIdx.x} * warps + threadIdx.x / 32;
  if (row >= all_rows) return;
  const int lane = threadIdx.x % 32;
  x += row * features, dy += row * features, dx += row * features;
  gamma += row / rows * features;
  const float middle = mean[row], by = scale[row], size = static_cast<float>(features);
  float sum = 0, product = 0;
  for (std::int64_t n = lane; n < features; n += 32) {
    sum += gamma[n] * dy[n];
    product += gamma[n] * dy[n] * (by * (x[n] - middle));
  }
  sum = warp_sum(sum) / size;
  product = warp_sum(product) / size;
  for (std::int64_t n = lane; n < features; n += 32)
    dx[n] = by * (gamma[n] * dy[n] - sum - by * (x[n] - middle) * product);
}

Grid grid_of(std::int64_t rows) {
  return {{static_cast<unsigned>(pieces<std::int64_t>(rows, warps))}, {32 * warps}};
}

}  // namespace

void GpuBackend::layer_norm(const LayerNormShape& s, const float* x, const float* gamma,
                            const float* beta, float* mean, float* scale, float* y) {
  const std::int64_t all_rows = s.members * s.rows;
  launch<layer_norm_kernel>(grid_of(all_rows), all_rows, s.rows, s.features,
                            static_cast<float>(s.epsilon), x, gamma, beta, mean, scale, y);
}

void GpuBackend::layer_norm_backward(const LayerNormShape& s, const float* x, const float* gamma,
                                     const float* mean, const float* scale, const float* dy,
                                     float* dx, float* dgamma, float* dbeta) {
  const std::int64_t rows = s.rows, features = s.features;
  bias_backward(s.members, rows, features, dy, dbeta);
  column_sums(
      s.members, rows, features, 1,
      [=] __device__(std::int64_t m, std::int64_t r, std::int64_t n) {
        const std::int64_t row = m * rows + r, at = row * features + n;
        return dy[at] * (scale[row] * (x[at] - mean[row]));
      },
      dgamma);
  launch<layer_norm_backward_kernel>(grid_of(s.members * rows), s.members * rows, rows, features, x,
                                     gamma, mean, scale, dy, dx);
}

}  // namespace tutti::kernels::TUTTI_GPU
