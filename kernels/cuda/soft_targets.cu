#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::soft_targets(std::int64_t members, std::int64_t batch, std::int64_t classes,
                              double smoothing, const std::int32_t* labels,
                              const float* class_weights, float* targets) {
  const std::int64_t size = batch * classes;
  const float share = static_cast<float>(smoothing / static_cast<double>(classes));
  const float of_label = static_cast<float>(1 - smoothing) + share;
  for_each(members, size, [=] __device__(std::int64_t m, std::int64_t i) {
    const std::int32_t label = labels[m * batch + i / classes];
    const float weight = class_weights ? class_weights[m * classes + label] : 1;
    targets[m * size + i] = weight * (i % classes == label ? of_label : share);
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
