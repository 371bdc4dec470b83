#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::pad2d(const Pad2dShape& s, const float* x, float* y) {
  const std::int64_t width = s.left + s.width + s.right,
                     size = (s.top + s.height + s.bottom) * width * s.channels;
  for_each(s.images, size, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, h = i / s.channels / width - s.top,
                       w = i / s.channels % width - s.left;
    const bool inside = h >= 0 && h < s.height && w >= 0 && w < s.width;
    y[image * size + i] = inside ? x[((image * s.height + h) * s.width + w) * s.channels + c] : 0;
  });
}

void GpuBackend::pad2d_backward(const Pad2dShape& s, const float* dy, float* dx) {
  const std::int64_t width = s.left + s.width + s.right, height = s.top + s.height + s.bottom,
                     size = s.height * s.width * s.channels;
  for_each(s.images, size, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, h = i / s.channels / s.width + s.top,
                       w = i / s.channels % s.width + s.left;
    dx[image * size + i] = dy[((image * height + h) * width + w) * s.channels + c];
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
