#pragma once
#include <cmath>

#include "kernels/backend.h"
#include "kernels/support/philox.h"

namespace tutti::kernels {

/// How Adam moves one weight in float: see Backend::adam.
struct AdamMove {
  float keep1, keep2, epsilon;  // 1 - beta1, 1 - beta2

  explicit AdamMove(const AdamStep& step)
      : keep1(static_cast<float>(1 - step.beta1)),
        keep2(static_cast<float>(1 - step.beta2)),
        epsilon(static_cast<float>(step.epsilon)) {}

  TUTTI_HOST_DEVICE void operator()(float rate, float g, float& w, float& m, float& v) const {
    const float mean = m + keep1 * (g - m), square = v + keep2 * (g * g - v);
    m = mean;
    v = square;
    w -= rate * mean / (std::sqrt(square) + epsilon);
  }
};

}  // namespace tutti::kernels
