#pragma once
#include <cmath>

#include "kernels/shapes.h"
#include "kernels/support/philox.h"

namespace tutti::kernels {

/// How Adam updates one weight in float: see adam in kernels/operations.h. `keep` is the share of
/// the weight that its decay leaves, 1 where it has none.
struct AdamUpdate {
  float keep1, keep2, epsilon;  // 1 - beta1, 1 - beta2

  explicit AdamUpdate(const AdamStep& step)
      : keep1(static_cast<float>(1 - step.beta1)),
        keep2(static_cast<float>(1 - step.beta2)),
        epsilon(static_cast<float>(step.epsilon)) {}

  TUTTI_HOST_DEVICE void operator()(float rate, float keep, float g, float& w, float& m,
                                    float& v) const {
    if (std::isnan(rate)) return;
    const float mean = m + keep1 * (g - m), square = v + keep2 * (g * g - v);
    m = mean;
    v = square;
    w = keep * w - rate * mean / (std::sqrt(square) + epsilon);
  }
};

/// The share of a member's weights that decay leaves; decay is [M], or null.
TUTTI_HOST_DEVICE inline float kept_share(const float* decay, std::int64_t member) {
  return decay ? 1 - decay[member] : 1;
}

}  // namespace tutti::kernels
