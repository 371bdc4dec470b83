#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/pool_windows.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

/// The place of the first largest value of a window, as an index into its image.
__device__ int largest(const PoolShape& s, const float* image, int oh, int ow, int c) {
  int best = -1;
  for (int ph = 0; ph < s.pool_height; ++ph)
    for (int pw = 0; pw < s.pool_width; ++pw) {
      const int h = oh * s.stride_height + ph - s.pad_top;
      const int w = ow * s.stride_width + pw - s.pad_left;
      if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
      const int i = (h * s.width + w) * s.channels + c;
      if (best < 0 || exceeds(image[i], image[best])) best = i;
    }
  return best;
}

}  // namespace

void GpuBackend::max_pool2d(const Pool2dShape& shape, const float* x, float* y) {
  const PoolShape s(shape, "max_pool2d");
  for_each_place(s, s.out(), s.out_width,
                 [=] __device__(std::int64_t image, int oh, int ow, int c, int i) {
                   const float* from = x + image * s.in();
                   y[image * s.out() + i] = from[largest(s, from, oh, ow, c)];
                 });
}

void GpuBackend::max_pool2d_backward(const Pool2dShape& shape, const float* x, const float* dy,
                                     float* dx) {
  const PoolShape s(shape, "max_pool2d");
  // A thread an input, which asks every window over it: no two write the same place.
  for_each_place(s, s.in(), s.width,
                 [=] __device__(std::int64_t image, int h, int w, int c, int i) {
                   float sum = 0;
                   each_window_over(s, h + s.pad_top, w + s.pad_left, [&](int oh, int ow) {
                     if (largest(s, x + image * s.in(), oh, ow, c) == i)
                       sum += dy[image * s.out() + (oh * s.out_width + ow) * s.channels + c];
                   });
                   dx[image * s.in() + i] = sum;
                 });
}

}  // namespace tutti::kernels::TUTTI_GPU
