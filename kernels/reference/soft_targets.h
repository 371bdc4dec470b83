#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

template <class Real>
void ReferenceBackend<Real>::soft_targets(std::int64_t members, std::int64_t batch,
                                          std::int64_t classes, double smoothing,
                                          const std::int32_t* labels, const Real* class_weights,
                                          Real* targets) {
  for (std::int64_t r = 0; r < members * batch; ++r)
    for (std::int64_t k = 0; k < classes; ++k) {
      const double weight = class_weights ? class_weights[r / batch * classes + labels[r]] : 1;
      const double share = smoothing / static_cast<double>(classes);
      targets[r * classes + k] =
          static_cast<Real>(weight * (share + (k == labels[r] ? 1 - smoothing : 0)));
    }
}

}  // namespace tutti::kernels
