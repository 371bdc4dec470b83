#pragma once
#include <algorithm>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// Calls visit(x index, y index) for every element of the images.
template <class Visit>
void pad2d_elements(const Pad2dShape& s, Visit visit) {
  const std::int64_t height = s.top + s.height + s.bottom, width = s.left + s.width + s.right;
  for (std::int64_t i = 0; i < s.images; ++i)
    for (std::int64_t h = 0; h < s.height; ++h)
      for (std::int64_t w = 0; w < s.width; ++w)
        for (std::int64_t c = 0; c < s.channels; ++c)
          visit(((i * s.height + h) * s.width + w) * s.channels + c,
                ((i * height + s.top + h) * width + s.left + w) * s.channels + c);
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::pad2d(const Pad2dShape& s, const Real* x, Real* y) {
  const std::int64_t height = s.top + s.height + s.bottom, width = s.left + s.width + s.right;
  std::fill_n(y, s.images * height * width * s.channels, Real{0});
  reference::pad2d_elements(s, [&](std::int64_t xi, std::int64_t yi) { y[yi] = x[xi]; });
}

template <class Real>
void ReferenceBackend<Real>::pad2d_backward(const Pad2dShape& s, const Real* dy, Real* dx) {
  reference::pad2d_elements(s, [&](std::int64_t xi, std::int64_t yi) { dx[xi] = dy[yi]; });
}

}  // namespace tutti::kernels
