#pragma once
#include "kernels/normal_numbers.h"
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::gaussian_noise(std::int64_t members, std::int64_t size, double stddev,
                                            const std::int32_t* draws, std::uint64_t layer,
                                            const Real* x, Real* y) {
  for (std::int64_t m = 0; m < members; ++m) {
    const DropoutDraw draw(draws + 3 * m, layer);
    for (std::int64_t n = 0; n < size; ++n) {
      const auto words = philox(draw.key, draw.call, static_cast<std::uint64_t>(n / 4));
      y[m * size + n] = x[m * size + n] +
                        static_cast<Real>(stddev) * normal_number(words, static_cast<int>(n % 4));
    }
  }
}

}  // namespace tutti::kernels
