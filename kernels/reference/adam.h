#pragma once
#include <cmath>
#include <vector>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::adam(std::int64_t members,
                                  std::span<const AdamParameter<Real>> parameters,
                                  const AdamStep& step, const Real* rates) {
  for (const auto& [size, g, w, m, v, decay] : parameters)
    for (std::int64_t i = 0; i < members * size; ++i) {
      if (std::isnan(rates[i / size])) continue;
      m[i] += static_cast<Real>((1 - step.beta1) * (g[i] - m[i]));
      v[i] += static_cast<Real>((1 - step.beta2) * (double{g[i]} * g[i] - v[i]));
      if (decay) w[i] *= 1 - decay[i / size];
      w[i] -= static_cast<Real>(rates[i / size] * m[i] / (std::sqrt(v[i]) + step.epsilon));
    }
}

template <class Real>
void ReferenceBackend<Real>::dense_adam(const DenseShape& s, const AdamStep& step,
                                        const Real* rates, const Real* x, const Real* dy, Real* w,
                                        Real* m, Real* v, const Real* decay) {
  const std::int64_t size = s.inputs * s.outputs;
  std::vector<Real> g(static_cast<std::size_t>(s.members * size));
  dense_backward_weights(s, x, dy, g.data());
  const AdamParameter<Real> parameter{size, g.data(), w, m, v, decay};
  adam(s.members, {&parameter, 1}, step, rates);
}

}  // namespace tutti::kernels
