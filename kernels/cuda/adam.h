#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// The weights that Adam moves, and what it remembers.
struct AdamWeights {
  float keep1, keep2, epsilon;  // 1 - beta1, 1 - beta2
  const float* rates;
  float *w, *m, *v;

  AdamWeights(const AdamStep& step, const float* learning_rates, float* weights, float* means,
              float* squares)
      : keep1(static_cast<float>(1 - step.beta1)),
        keep2(static_cast<float>(1 - step.beta2)),
        epsilon(static_cast<float>(step.epsilon)),
        rates(learning_rates),
        w(weights),
        m(means),
        v(squares) {}

  __device__ void move(int member, std::int64_t i, float gradient) const {
    const float mean = m[i] + keep1 * (gradient - m[i]);
    const float square = v[i] + keep2 * (gradient * gradient - v[i]);
    m[i] = mean;
    v[i] = square;
    w[i] -= rates[member] * mean / (sqrtf(square) + epsilon);
  }
};

}  // namespace tutti::kernels::TUTTI_GPU
