#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/pool_windows.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

/// NaN counts as the larger: see exceeds.
TUTTI_SIMD void keep_larger(std::int64_t channels, const float* x, float* y) {
  for (std::int64_t c = 0; c < channels; ++c) y[c] = x[c] > y[c] || x[c] != x[c] ? x[c] : y[c];
}

/// Gives what is left of the gradient to the channels whose maximum stands here.
TUTTI_SIMD void give_gradient(std::int64_t channels, const float* x, const float* largest,
                              float* left, float* dx) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const bool here = x[c] == largest[c];
    dx[c] += here ? left[c] : 0;
    left[c] = here ? 0 : left[c];
  }
}

void pool_image(const Pool2dShape& s, const float* x, float* y) {
  const std::int64_t channels = s.channels;
  cpu::each_window(
      s,
      [&](std::int64_t output) {
        std::fill_n(y + output * channels, channels, -std::numeric_limits<float>::infinity());
      },
      [&](std::int64_t output, std::int64_t input) {
        keep_larger(channels, x + input * channels, y + output * channels);
      });
}

void pool_image_backward(const Pool2dShape& s, const float* x, const float* dy, float* dx) {
  const std::int64_t channels = s.channels;
  std::vector<float> largest(static_cast<std::size_t>(s.out_height * s.out_width * channels));
  pool_image(s, x, largest.data());
  std::vector<float> left(static_cast<std::size_t>(channels));
  std::fill_n(dx, s.height * s.width * channels, 0.0f);
  cpu::each_window(
      s, [&](std::int64_t output) { std::copy_n(dy + output * channels, channels, left.data()); },
      [&](std::int64_t output, std::int64_t input) {
        give_gradient(channels, x + input * channels, largest.data() + output * channels,
                      left.data(), dx + input * channels);
      });
}

}  // namespace

void CpuBackend::max_pool2d(const Pool2dShape& s, const float* x, float* y) {
  const std::int64_t in = s.height * s.width * s.channels;
  const std::int64_t out = s.out_height * s.out_width * s.channels;
  parallel_for(s.members * s.batch,
               [&](std::int64_t i) { pool_image(s, x + i * in, y + i * out); });
}

void CpuBackend::max_pool2d_backward(const Pool2dShape& s, const float* x, const float* dy,
                                     float* dx) {
  const std::int64_t in = s.height * s.width * s.channels;
  const std::int64_t out = s.out_height * s.out_width * s.channels;
  parallel_for(s.members * s.batch, [&](std::int64_t i) {
    pool_image_backward(s, x + i * in, dy + i * out, dx + i * in);
  });
}

}  // namespace tutti::kernels
