#pragma once
#include <vector>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// Calls run(i, above, below) for every output: its index, and those of its two rows before
/// pooling.
template <class Run>
void each_pair_of_rows(const Conv2dShape& s, Run run) {
  const std::int64_t row = s.out_width * s.filters;
  for (std::int64_t i = 0; i < s.members * s.batch * s.out_height / 2 * row; ++i)
    run(i, i + i / row * row, i + (i / row + 1) * row);
}

}  // namespace reference

template <class Real>
bool ReferenceBackend<Real>::has_conv2d_relu_pool(const Conv2dShape&,
                                                  const GatheredBytes<Real>&) const {
  return true;
}

template <class Real>
void ReferenceBackend<Real>::conv2d_relu_pool(const Conv2dShape& s, const GatheredBytes<Real>& x,
                                              const Real* w, const Real* b, Real* y,
                                              std::uint8_t* argmax) {
  std::vector<Real> all(
      static_cast<std::size_t>(s.members * s.batch * s.out_height * s.out_width * s.filters));
  conv2d_gathered(s, x, w, b, all.data());
  reference::each_pair_of_rows(s, [&](std::int64_t i, std::int64_t above, std::int64_t below) {
    const bool second = exceeds(all[below], all[above]);
    const Real largest = all[second ? below : above];
    y[i] = largest <= 0 ? 0 : largest;
    argmax[i] = largest <= 0 ? 0 : second ? 2 : 1;
  });
}

template <class Real>
void ReferenceBackend<Real>::conv2d_relu_pool_backward(const Conv2dShape& s,
                                                       const GatheredBytes<Real>& x, const Real* dy,
                                                       const std::uint8_t* argmax, Real* dw,
                                                       Real* db) {
  const std::int64_t rows = s.batch * s.out_height * s.out_width;
  std::vector<Real> dall(static_cast<std::size_t>(s.members * rows * s.filters));
  reference::each_pair_of_rows(s, [&](std::int64_t i, std::int64_t above, std::int64_t below) {
    dall[above] = argmax[i] == 1 ? dy[i] : 0;
    dall[below] = argmax[i] == 2 ? dy[i] : 0;
  });
  conv2d_gathered_backward_filter(s, x, dall.data(), dw);
  bias_backward(s.members, rows, s.filters, dall.data(), db);
}

}  // namespace tutti::kernels
