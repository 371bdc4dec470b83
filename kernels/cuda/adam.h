#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// How Adam moves one weight.
struct AdamMove {
  float keep1, keep2, epsilon;  // 1 - beta1, 1 - beta2
  const float* rates;

  AdamMove(const AdamStep& step, const float* learning_rates)
      : keep1(static_cast<float>(1 - step.beta1)),
        keep2(static_cast<float>(1 - step.beta2)),
        epsilon(static_cast<float>(step.epsilon)),
        rates(learning_rates) {}

  __device__ void operator()(int member, float gradient, float& w, float& m, float& v) const {
    const float mean = m + keep1 * (gradient - m), square = v + keep2 * (gradient * gradient - v);
    m = mean;
    v = square;
    w -= rates[member] * mean / (sqrtf(square) + epsilon);
  }
};

}  // namespace tutti::kernels::TUTTI_GPU
