#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/parameter_list.h"
#include "kernels/sgd_update.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::sgd(std::int64_t members, std::span<const SgdParameter<float>> parameters,
                     const SgdSettings& settings, const float* rates) {
  if (settings.momentum == 0)
    return for_each_element(
        members, parameters,
        [=] __device__(const SgdParameter<float>& of, std::int64_t m, std::int64_t i) {
          if (!std::isnan(rates[m])) of.w[i] -= rates[m] * of.g[i];
        });
  const SgdUpdate update(settings);
  for_each_element(members, parameters,
                   [=] __device__(const SgdParameter<float>& of, std::int64_t m, std::int64_t i) {
                     update(rates[m], of.g[i], of.w[i], of.v[i]);
                   });
}

}  // namespace tutti::kernels::TUTTI_GPU
