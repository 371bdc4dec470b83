#pragma once
#include "kernels/reference/reference_backend.h"
#include "kernels/support/philox.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::dropout(std::int64_t members, std::int64_t size, double rate,
                                     const std::int32_t* draws, std::uint64_t layer, const Real* x,
                                     Real* y) {
  const Real scale = static_cast<Real>(1 / (1 - rate));
  for (std::int64_t m = 0; m < members; ++m) {
    const DropoutDraw draw(draws + 3 * m, layer);
    for (std::int64_t n = 0; n < size; ++n) {
      const auto words = philox(draw.key, draw.call, static_cast<std::uint64_t>(n / 4));
      const bool keep =
          unit_interval(words[static_cast<std::size_t>(n % 4)]) >= static_cast<float>(rate);
      y[m * size + n] = keep ? x[m * size + n] * scale : 0;
    }
  }
}

}  // namespace tutti::kernels
