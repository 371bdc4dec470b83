#pragma once
#include <vector>

#include "kernels/reference/reference_backend.h"
#include "kernels/reference/store.h"

namespace tutti::kernels {

namespace reference {

/// Calls visit(x index, w index, y index) for every product that a convolution sums.
template <class Visit>
void conv2d_products(const Conv2dShape& s, Visit visit) {
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t b = 0; b < s.batch; ++b)
      for (std::int64_t oh = 0; oh < s.out_height; ++oh)
        for (std::int64_t ow = 0; ow < s.out_width; ++ow)
          for (std::int64_t kh = 0; kh < s.kernel_height; ++kh)
            for (std::int64_t kw = 0; kw < s.kernel_width; ++kw) {
              const std::int64_t h = oh * s.stride_height + kh * s.dilation_height - s.pad_top;
              const std::int64_t w = ow * s.stride_width + kw * s.dilation_width - s.pad_left;
              if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
              for (std::int64_t c = 0; c < s.channels; ++c)
                for (std::int64_t f = 0; f < s.filters; ++f)
                  visit(
                      (((m * s.batch + b) * s.height + h) * s.width + w) * s.channels + c,
                      (((m * s.kernel_height + kh) * s.kernel_width + kw) * s.channels + c) *
                              s.filters +
                          f,
                      (((m * s.batch + b) * s.out_height + oh) * s.out_width + ow) * s.filters + f);
            }
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::conv2d(const Conv2dShape& s, const Real* x, const Real* w,
                                    const Real* b, Real* y) {
  const std::int64_t outputs = s.batch * s.out_height * s.out_width;  // per member and filter
  std::vector<double> sums(static_cast<std::size_t>(s.members * outputs * s.filters));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    sums[i] = b[index / (outputs * s.filters) * s.filters + index % s.filters];
  }
  reference::conv2d_products(s, [&](std::int64_t xi, std::int64_t wi, std::int64_t yi) {
    sums[static_cast<std::size_t>(yi)] += double{x[xi]} * w[wi];
  });
  reference::store(sums, y);
}

template <class Real>
void ReferenceBackend<Real>::conv2d_backward_input(const Conv2dShape& s, const Real* w,
                                                   const Real* dy, Real* dx) {
  std::vector<double> sums(
      static_cast<std::size_t>(s.members * s.batch * s.height * s.width * s.channels));
  reference::conv2d_products(s, [&](std::int64_t xi, std::int64_t wi, std::int64_t yi) {
    sums[static_cast<std::size_t>(xi)] += double{dy[yi]} * w[wi];
  });
  reference::store(sums, dx);
}

template <class Real>
void ReferenceBackend<Real>::conv2d_backward_filter(const Conv2dShape& s, const Real* x,
                                                    const Real* dy, Real* dw) {
  std::vector<double> sums(static_cast<std::size_t>(s.members * s.kernel_height * s.kernel_width *
                                                    s.channels * s.filters));
  reference::conv2d_products(s, [&](std::int64_t xi, std::int64_t wi, std::int64_t yi) {
    sums[static_cast<std::size_t>(wi)] += double{x[xi]} * dy[yi];
  });
  reference::store(sums, dw);
}

template <class Real>
void ReferenceBackend<Real>::conv2d_gathered(const Conv2dShape& s, const GatheredBytes<Real>& from,
                                             const Real* w, const Real* b, Real* y) {
  const std::int64_t count = s.members * s.batch, size = s.height * s.width * s.channels;
  std::vector<Real> x(static_cast<std::size_t>(count * size));
  gather(count, size, from, x.data());
  conv2d(s, x.data(), w, b, y);
}

template <class Real>
void ReferenceBackend<Real>::conv2d_gathered_backward_filter(const Conv2dShape& s,
                                                             const GatheredBytes<Real>& from,
                                                             const Real* dy, Real* dw) {
  const std::int64_t count = s.members * s.batch, size = s.height * s.width * s.channels;
  std::vector<Real> x(static_cast<std::size_t>(count * size));
  gather(count, size, from, x.data());
  conv2d_backward_filter(s, x.data(), dy, dw);
}

}  // namespace tutti::kernels
