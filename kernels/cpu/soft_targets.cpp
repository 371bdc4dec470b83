#include <algorithm>

#include "kernels/cpu/cpu_backend.h"

namespace tutti::kernels {

void CpuBackend::soft_targets(std::int64_t members, std::int64_t batch, std::int64_t classes,
                              double smoothing, const std::int32_t* labels,
                              const float* class_weights, float* targets) {
  const float share = static_cast<float>(smoothing / static_cast<double>(classes));
  const float of_label = static_cast<float>(1 - smoothing) + share;
  for (std::int64_t r = 0; r < members * batch; ++r) {
    const float weight = class_weights ? class_weights[r / batch * classes + labels[r]] : 1;
    std::fill_n(targets + r * classes, classes, weight * share);
    targets[r * classes + labels[r]] = weight * of_label;
  }
}

}  // namespace tutti::kernels
