#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// Calls visit(y index, x index of the window's first largest value) for every output.
template <class Real, class Visit>
void max_pool2d_windows(const Pool2dShape& s, const Real* x, Visit visit) {
  for (std::int64_t image = 0; image < s.members * s.batch; ++image)
    for (std::int64_t oh = 0; oh < s.out_height; ++oh)
      for (std::int64_t ow = 0; ow < s.out_width; ++ow)
        for (std::int64_t c = 0; c < s.channels; ++c) {
          std::int64_t best = -1;
          for (std::int64_t ph = 0; ph < s.pool_height; ++ph)
            for (std::int64_t pw = 0; pw < s.pool_width; ++pw) {
              const std::int64_t h = oh * s.stride_height + ph - s.pad_top;
              const std::int64_t w = ow * s.stride_width + pw - s.pad_left;
              if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
              const std::int64_t xi = ((image * s.height + h) * s.width + w) * s.channels + c;
              if (best < 0 || exceeds(x[xi], x[best])) best = xi;
            }
          visit(((image * s.out_height + oh) * s.out_width + ow) * s.channels + c, best);
        }
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::max_pool2d(const Pool2dShape& s, const Real* x, Real* y) {
  reference::max_pool2d_windows(s, x, [&](std::int64_t yi, std::int64_t xi) { y[yi] = x[xi]; });
}

template <class Real>
void ReferenceBackend<Real>::max_pool2d_backward(const Pool2dShape& s, const Real* x,
                                                 const Real* dy, Real* dx) {
  std::fill_n(dx, s.members * s.batch * s.height * s.width * s.channels, Real{0});
  reference::max_pool2d_windows(s, x, [&](std::int64_t yi, std::int64_t xi) { dx[xi] += dy[yi]; });
}

}  // namespace tutti::kernels
