#pragma once
#include <algorithm>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// Calls visit(y index, x index, elements in the window) for every element of every window.
template <class Visit>
void avg_pool2d_elements(const Pool2dShape& s, Visit visit) {
  for (std::int64_t image = 0; image < s.members * s.batch; ++image)
    for (std::int64_t oh = 0; oh < s.out_height; ++oh)
      for (std::int64_t ow = 0; ow < s.out_width; ++ow) {
        const std::int64_t top = oh * s.stride_height - s.pad_top,
                           left = ow * s.stride_width - s.pad_left;
        const std::int64_t h0 = std::max<std::int64_t>(top, 0),
                           h1 = std::min(top + s.pool_height, s.height),
                           w0 = std::max<std::int64_t>(left, 0),
                           w1 = std::min(left + s.pool_width, s.width);
        for (std::int64_t h = h0; h < h1; ++h)
          for (std::int64_t w = w0; w < w1; ++w)
            for (std::int64_t c = 0; c < s.channels; ++c)
              visit(((image * s.out_height + oh) * s.out_width + ow) * s.channels + c,
                    ((image * s.height + h) * s.width + w) * s.channels + c, (h1 - h0) * (w1 - w0));
      }
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::avg_pool2d(const Pool2dShape& s, const Real* x, Real* y) {
  std::fill_n(y, s.members * s.batch * s.out_height * s.out_width * s.channels, Real{0});
  reference::avg_pool2d_elements(s, [&](std::int64_t yi, std::int64_t xi, std::int64_t count) {
    y[yi] += x[xi] / static_cast<Real>(count);
  });
}

template <class Real>
void ReferenceBackend<Real>::avg_pool2d_backward(const Pool2dShape& s, const Real* dy, Real* dx) {
  std::fill_n(dx, s.members * s.batch * s.height * s.width * s.channels, Real{0});
  reference::avg_pool2d_elements(s, [&](std::int64_t yi, std::int64_t xi, std::int64_t count) {
    dx[xi] += dy[yi] / static_cast<Real>(count);
  });
}

}  // namespace tutti::kernels
