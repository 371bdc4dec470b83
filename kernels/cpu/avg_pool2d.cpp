#include <algorithm>
#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/pool_windows.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void add_scaled(std::int64_t channels, float scale, const float* x, float* y) {
  for (std::int64_t c = 0; c < channels; ++c) y[c] += scale * x[c];
}

/// 1 / the elements in each window of an image.
std::vector<float> shares(const Pool2dShape& s) {
  std::vector<float> shares(static_cast<std::size_t>(s.out_height * s.out_width));
  cpu::each_window(
      s, [](std::int64_t) {},
      [&](std::int64_t output, std::int64_t) { ++shares[static_cast<std::size_t>(output)]; });
  for (float& share : shares) share = 1 / share;
  return shares;
}

}  // namespace

void CpuBackend::avg_pool2d(const Pool2dShape& s, const float* x, float* y) {
  const std::int64_t in = s.height * s.width * s.channels;
  const std::int64_t out = s.out_height * s.out_width * s.channels;
  const auto share = shares(s);
  parallel_for(s.members * s.batch, [&](std::int64_t i) {
    std::fill_n(y + i * out, out, 0.0f);
    cpu::each_window(
        s, [](std::int64_t) {},
        [&](std::int64_t output, std::int64_t input) {
          add_scaled(s.channels, share[static_cast<std::size_t>(output)],
                     x + i * in + input * s.channels, y + i * out + output * s.channels);
        });
  });
}

void CpuBackend::avg_pool2d_backward(const Pool2dShape& s, const float* dy, float* dx) {
  const std::int64_t in = s.height * s.width * s.channels;
  const std::int64_t out = s.out_height * s.out_width * s.channels;
  const auto share = shares(s);
  parallel_for(s.members * s.batch, [&](std::int64_t i) {
    std::fill_n(dx + i * in, in, 0.0f);
    cpu::each_window(
        s, [](std::int64_t) {},
        [&](std::int64_t output, std::int64_t input) {
          add_scaled(s.channels, share[static_cast<std::size_t>(output)],
                     dy + i * out + output * s.channels, dx + i * in + input * s.channels);
        });
  });
}

}  // namespace tutti::kernels
