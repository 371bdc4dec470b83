#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::batch_norm(const BatchNormShape& s, const float* x, const float* gamma,
                            const float* beta, float* mean, float* variance, float* y) {
  const std::int64_t rows = s.rows, channels = s.channels;
  const float share = 1 / static_cast<float>(rows);
  column_sums(
      s.members, rows, channels, share,
      [=] __device__(std::int64_t m, std::int64_t r, std::int64_t c) {
        return x[(m * rows + r) * channels + c];
      },
      mean);
  column_sums(
      s.members, rows, channels, share,
      [=] __device__(std::int64_t m, std::int64_t r, std::int64_t c) {
        const float difference = x[(m * rows + r) * channels + c] - mean[m * channels + c];
        return difference * difference;
      },
      variance);
  batch_norm_inference(s, x, gamma, beta, mean, variance, y);
}

void GpuBackend::batch_norm_inference(const BatchNormShape& s, const float* x, const float* gamma,
                                      const float* beta, const float* mean, const float* variance,
                                      float* y) {
  const std::int64_t size = s.rows * s.channels, channels = s.channels;
  const float epsilon = static_cast<float>(s.epsilon);
  for_each(s.members, size, [=] __device__(std::int64_t m, std::int64_t i) {
    const std::int64_t c = m * channels + i % channels;
    y[m * size + i] =
        gamma[c] / sqrtf(variance[c] + epsilon) * (x[m * size + i] - mean[c]) + beta[c];
  });
}

void GpuBackend::batch_norm_backward(const BatchNormShape& s, const float* x, const float* gamma,
                                     const float* mean, const float* variance, const float* dy,
                                     float* dx, float* dgamma, float* dbeta) {
  const std::int64_t rows = s.rows, channels = s.channels, size = rows * channels;
  const float epsilon = static_cast<float>(s.epsilon), share = 1 / static_cast<float>(rows);
  bias_backward(s.members, rows, channels, dy, dbeta);
  column_sums(
      s.members, rows, channels, 1,
      [=] __device__(std::int64_t m, std::int64_t r, std::int64_t i) {
        const std::int64_t c = m * channels + i, at = (m * rows + r) * channels + i;
        const float scale = 1 / sqrtf(variance[c] + epsilon);
        return dy[at] * (x[at] - mean[c]) * scale;
      },
      dgamma);
  for_each(s.members, size, [=] __device__(std::int64_t m, std::int64_t i) {
    const std::int64_t c = m * channels + i % channels, at = m * size + i;
    const float scale = 1 / sqrtf(variance[c] + epsilon);
    dx[at] =
        gamma[c] * scale * (dy[at] - share * (dbeta[c] + (x[at] - mean[c]) * scale * dgamma[c]));
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
