#pragma once
#include <cmath>

#include "kernels/shapes.h"
#include "kernels/support/philox.h"

namespace tutti::kernels {

/// How SGD with momentum updates one weight in float: see sgd in kernels/operations.h.
struct SgdUpdate {
  float momentum;
  bool nesterov;

  explicit SgdUpdate(const SgdSettings& settings)
      : momentum(static_cast<float>(settings.momentum)), nesterov(settings.nesterov) {}

  TUTTI_HOST_DEVICE void operator()(float rate, float g, float& w, float& v) const {
    if (std::isnan(rate)) return;
    v = momentum * v + g;
    w -= rate * (nesterov ? g + momentum * v : v);
  }
};

}  // namespace tutti::kernels
