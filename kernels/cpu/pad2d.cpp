#include <algorithm>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

std::int64_t padded_height(const Pad2dShape& s) { return s.top + s.height + s.bottom; }
std::int64_t padded_row(const Pad2dShape& s) { return (s.left + s.width + s.right) * s.channels; }

}  // namespace

void CpuBackend::pad2d(const Pad2dShape& s, const float* x, float* y) {
  const std::int64_t row = padded_row(s), from_row = s.width * s.channels;
  parallel_for(s.images, [&](std::int64_t i) {
    float* image = y + i * padded_height(s) * row;
    std::fill_n(image, padded_height(s) * row, 0.0f);
    for (std::int64_t h = 0; h < s.height; ++h)
      std::copy_n(x + (i * s.height + h) * from_row, from_row,
                  image + (s.top + h) * row + s.left * s.channels);
  });
}

void CpuBackend::pad2d_backward(const Pad2dShape& s, const float* dy, float* dx) {
  const std::int64_t row = padded_row(s), to_row = s.width * s.channels;
  parallel_for(s.images, [&](std::int64_t i) {
    const float* image = dy + i * padded_height(s) * row;
    for (std::int64_t h = 0; h < s.height; ++h)
      std::copy_n(image + (s.top + h) * row + s.left * s.channels, to_row,
                  dx + (i * s.height + h) * to_row);
  });
}

}  // namespace tutti::kernels
