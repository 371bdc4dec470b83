#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/pool_windows.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

/// The place of the first largest value of a window, as an index into its image.
__device__ std::int64_t largest(const Pool2dShape& s, const float* image, std::int64_t oh,
                                std::int64_t ow, std::int64_t c) {
  std::int64_t best = -1;
  for (std::int64_t ph = 0; ph < s.pool_height; ++ph)
    for (std::int64_t pw = 0; pw < s.pool_width; ++pw) {
      const std::int64_t h = oh * s.stride_height + ph - s.pad_top;
      const std::int64_t w = ow * s.stride_width + pw - s.pad_left;
      if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
      const std::int64_t i = (h * s.width + w) * s.channels + c;
      if (best < 0 || image[i] > image[best]) best = i;
    }
  return best;
}

}  // namespace

void GpuBackend::max_pool2d(const Pool2dShape& s, const float* x, float* y) {
  const std::int64_t in = s.height * s.width * s.channels,
                     out = s.out_height * s.out_width * s.channels;
  for_each(s.members * s.batch, out, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, place = i / s.channels;
    const float* from = x + image * in;
    y[image * out + i] = from[largest(s, from, place / s.out_width, place % s.out_width, c)];
  });
}

void GpuBackend::max_pool2d_backward(const Pool2dShape& s, const float* x, const float* dy,
                                     float* dx) {
  const std::int64_t in = s.height * s.width * s.channels,
                     out = s.out_height * s.out_width * s.channels;
  // A thread an input, which asks every window over it: no two write the same place.
  for_each(s.members * s.batch, in, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels;
    const std::int64_t down = i / s.channels / s.width + s.pad_top,
                       across = i / s.channels % s.width + s.pad_left;
    float sum = 0;
    each_window_over(s, down, across, [&](std::int64_t oh, std::int64_t ow) {
      if (largest(s, x + image * in, oh, ow, c) == i)
        sum += dy[image * out + (oh * s.out_width + ow) * s.channels + c];
    });
    dx[image * in + i] = sum;
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
