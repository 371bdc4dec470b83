#pragma once
#include <cmath>

#include "kernels/shapes.h"
#include "kernels/support/philox.h"

namespace tutti::kernels {

/// How RMSprop updates one weight: see rmsprop in kernels/operations.h.
template <class Real>
struct RmspropUpdate {
  Real fresh, momentum, epsilon;  // fresh: 1 - rho

  explicit RmspropUpdate(const RmspropSettings& settings)
      : fresh(static_cast<Real>(1 - settings.rho)),
        momentum(static_cast<Real>(settings.momentum)),
        epsilon(static_cast<Real>(settings.epsilon)) {}

  TUTTI_HOST_DEVICE void operator()(Real rate, const RmspropParameter<Real>& of,
                                    std::int64_t i) const {
    if (std::isnan(rate)) return;
    const Real g = of.g[i];
    of.v[i] += fresh * (g * g - of.v[i]);
    Real square = of.v[i];
    if (of.mean) {
      of.mean[i] += fresh * (g - of.mean[i]);
      square -= of.mean[i] * of.mean[i];
    }
    Real step = rate * g / std::sqrt(square + epsilon);
    if (of.momentum) step = of.momentum[i] = momentum * of.momentum[i] + step;
    of.w[i] -= step;
  }
};

}  // namespace tutti::kernels
