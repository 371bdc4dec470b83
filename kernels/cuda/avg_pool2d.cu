#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/pool_windows.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

/// The places of a window inside the image.
struct Inside {
  std::int64_t h0, h1, w0, w1;

  __device__ Inside(const Pool2dShape& s, std::int64_t oh, std::int64_t ow) {
    const std::int64_t top = oh * s.stride_height - s.pad_top,
                       left = ow * s.stride_width - s.pad_left;
    h0 = max(top, std::int64_t{0}), h1 = min(top + s.pool_height, s.height);
    w0 = max(left, std::int64_t{0}), w1 = min(left + s.pool_width, s.width);
  }
  __device__ float count() const { return static_cast<float>((h1 - h0) * (w1 - w0)); }
};

}  // namespace

void GpuBackend::avg_pool2d(const Pool2dShape& s, const float* x, float* y) {
  const std::int64_t in = s.height * s.width * s.channels,
                     out = s.out_height * s.out_width * s.channels;
  for_each(s.members * s.batch, out, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, place = i / s.channels;
    const Inside window(s, place / s.out_width, place % s.out_width);
    float sum = 0;
    for (std::int64_t h = window.h0; h < window.h1; ++h)
      for (std::int64_t w = window.w0; w < window.w1; ++w)
        sum += x[image * in + (h * s.width + w) * s.channels + c];
    y[image * out + i] = sum / window.count();
  });
}

void GpuBackend::avg_pool2d_backward(const Pool2dShape& s, const float* dy, float* dx) {
  const std::int64_t in = s.height * s.width * s.channels,
                     out = s.out_height * s.out_width * s.channels;
  for_each(s.members * s.batch, in, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, place = i / s.channels;
    float sum = 0;
    each_window_over(s, place / s.width + s.pad_top, place % s.width + s.pad_left,
                     [&](std::int64_t oh, std::int64_t ow) {
                       sum += dy[image * out + (oh * s.out_width + ow) * s.channels + c] /
                              Inside(s, oh, ow).count();
                     });
    dx[image * in + i] = sum;
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
