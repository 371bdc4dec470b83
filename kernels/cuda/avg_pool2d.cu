#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/pool_windows.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

/// The places of a window inside the image.
struct Inside {
  int h0, h1, w0, w1;

  __device__ Inside(const PoolShape& s, int oh, int ow) {
    const int top = oh * s.stride_height - s.pad_top, left = ow * s.stride_width - s.pad_left;
    h0 = max(top, 0), h1 = min(top + s.pool_height, s.height);
    w0 = max(left, 0), w1 = min(left + s.pool_width, s.width);
  }
  __device__ float count() const { return static_cast<float>((h1 - h0) * (w1 - w0)); }
};

}  // namespace

void GpuBackend::avg_pool2d(const Pool2dShape& shape, const float* x, float* y) {
  const PoolShape s(shape, "avg_pool2d");
  for_each_place(s, s.out(), s.out_width,
                 [=] __device__(std::int64_t image, int oh, int ow, int c, int i) {
                   const Inside window(s, oh, ow);
                   float sum = 0;
                   for (int h = window.h0; h < window.h1; ++h)
                     for (int w = window.w0; w < window.w1; ++w)
                       sum += x[image * s.in() + (h * s.width + w) * s.channels + c];
                   y[image * s.out() + i] = sum / window.count();
                 });
}

void GpuBackend::avg_pool2d_backward(const Pool2dShape& shape, const float* dy, float* dx) {
  const PoolShape s(shape, "avg_pool2d");
  for_each_place(s, s.in(), s.width,
                 [=] __device__(std::int64_t image, int h, int w, int c, int i) {
                   float sum = 0;
                   each_window_over(s, h + s.pad_top, w + s.pad_left, [&](int oh, int ow) {
                     sum += dy[image * s.out() + (oh * s.out_width + ow) * s.channels + c] /
                            Inside(s, oh, ow).count();
                   });
                   dx[image * s.in() + i] = sum;
                 });
}

}  // namespace tutti::kernels::TUTTI_GPU
