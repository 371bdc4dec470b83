#pragma once
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::sgd(std::int64_t members,
                                 std::span<const SgdParameter<Real>> parameters,
                                 const SgdSettings& settings, const Real* rates) {
  for (const auto& [size, g, w, v] : parameters)
    for (std::int64_t i = 0; i < members * size; ++i) {
      if (std::isnan(rates[i / size])) continue;
      double step = g[i];
      if (settings.momentum != 0) {
        v[i] = static_cast<Real>(settings.momentum * v[i] + g[i]);
        step = settings.nesterov ? g[i] + settings.momentum * v[i] : v[i];
      }
      w[i] -= static_cast<Real>(rates[i / size] * step);
    }
}

}  // namespace tutti::kernels
