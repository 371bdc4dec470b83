#include <cmath>
#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/row_sums.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void add_squares(std::int64_t rows, std::int64_t channels, const float* x,
                            const float* mean, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < channels; ++c) {
      const float difference = x[r * channels + c] - mean[c];
      sums[c] += difference * difference;
    }
}

TUTTI_SIMD void add_products(std::int64_t rows, std::int64_t channels, const float* x,
                             const float* mean, const float* scale, const float* dy, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < channels; ++c)
      sums[c] += dy[r * channels + c] * ((x[r * channels + c] - mean[c]) * scale[c]);
}

TUTTI_SIMD void normalize_rows(std::int64_t rows, std::int64_t channels, const float* x,
                               const float* mean, const float* scale, const float* beta, float* y) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < channels; ++c)
      y[r * channels + c] = scale[c] * (x[r * channels + c] - mean[c]) + beta[c];
}

/// What one member's channels need for dx.
struct Channels {
  const float *mean, *scale, *gamma, *mean_dy, *mean_product;
};

TUTTI_SIMD void backward_rows(std::int64_t rows, std::int64_t channels, const float* x,
                              const Channels& of, const float* dy, float* dx) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < channels; ++c) {
      const float standard = (x[r * channels + c] - of.mean[c]) * of.scale[c];
      dx[r * channels + c] = of.gamma[c] * of.scale[c] *
                             (dy[r * channels + c] - of.mean_dy[c] - standard * of.mean_product[c]);
    }
}

/// 1 / sqrt(variance + epsilon) of all members' channels.
std::vector<float> scales(const BatchNormShape& s, const float* variance) {
  std::vector<float> scale(static_cast<std::size_t>(s.members * s.channels));
  for (std::size_t i = 0; i < scale.size(); ++i)
    scale[i] = static_cast<float>(1 / std::sqrt(variance[i] + s.epsilon));
  return scale;
}

/// run(member, offset of its rows' elements, offset of its channels, rows) for ranges of rows.
template <class Run>
void each_rows(const BatchNormShape& s, Run run) {
  const std::int64_t at_once = std::max<std::int64_t>(1, cpu::elements_a_task / s.channels);
  const std::int64_t ranges = (s.rows + at_once - 1) / at_once;
  parallel_for(s.members * ranges, [&](std::int64_t task) {
    const std::int64_t m = task / ranges, first = task % ranges * at_once;
    run((m * s.rows + first) * s.channels, m * s.channels, std::min(at_once, s.rows - first));
  });
}

}  // namespace

void CpuBackend::batch_norm(const BatchNormShape& s, const float* x, const float* gamma,
                            const float* beta, float* mean, float* variance, float* y) {
  const double share = 1 / static_cast<double>(s.rows);
  bias_backward(s.members, s.rows, s.channels, x, mean);
  for (std::int64_t i = 0; i < s.members * s.channels; ++i)
    mean[i] = static_cast<float>(mean[i] * share);
  cpu::row_sums(
      s.members, s.rows, s.channels, share,
      [&](std::int64_t m, std::int64_t first, std::int64_t count, float* sums) {
        add_squares(count, s.channels, x + (m * s.rows + first) * s.channels, mean + m * s.channels,
                    sums);
      },
      variance);
  batch_norm_inference(s, x, gamma, beta, mean, variance, y);
}

void CpuBackend::batch_norm_inference(const BatchNormShape& s, const float* x, const float* gamma,
                                      const float* beta, const float* mean, const float* variance,
                                      float* y) {
  auto scale = scales(s, variance);
  for (std::size_t i = 0; i < scale.size(); ++i) scale[i] *= gamma[i];
  each_rows(s, [&](std::int64_t at, std::int64_t channel, std::int64_t rows) {
    normalize_rows(rows, s.channels, x + at, mean + channel, scale.data() + channel, beta + channel,
                   y + at);
  });
}

void CpuBackend::batch_norm_backward(const BatchNormShape& s, const float* x, const float* gamma,
                                     const float* mean, const float* variance, const float* dy,
                                     float* dx, float* dgamma, float* dbeta) {
  const auto scale = scales(s, variance);
  bias_backward(s.members, s.rows, s.channels, dy, dbeta);
  cpu::row_sums(
      s.members, s.rows, s.channels, 1,
      [&](std::int64_t m, std::int64_t first, std::int64_t count, float* sums) {
        const std::int64_t at = (m * s.rows + first) * s.channels, channel = m * s.channels;
        add_products(count, s.channels, x + at, mean + channel, scale.data() + channel, dy + at,
                     sums);
      },
      dgamma);
  std::vector<float> mean_dy(scale.size()), mean_product(scale.size());
  for (std::size_t i = 0; i < scale.size(); ++i) {
    mean_dy[i] = dbeta[i] / static_cast<float>(s.rows);
    mean_product[i] = dgamma[i] / static_cast<float>(s.rows);
  }
  each_rows(s, [&](std::int64_t at, std::int64_t channel, std::int64_t rows) {
    const Channels of{mean + channel, scale.data() + channel, gamma + channel,
                      mean_dy.data() + channel, mean_product.data() + channel};
    backward_rows(rows, s.channels, x + at, of, dy + at, dx + at);
  });
}

}  // namespace tutti::kernels
