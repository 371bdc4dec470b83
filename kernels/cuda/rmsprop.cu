#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/parameter_list.h"
#include "kernels/rmsprop_update.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::rmsprop(std::int64_t members, std::span<const RmspropParameter<float>> parameters,
                         const RmspropSettings& settings, const float* rates) {
  const RmspropUpdate<float> update(settings);
  for_each_element(members, parameters,
                   [=] __device__(const RmspropParameter<float>& of, std::int64_t m,
                                  std::int64_t i) { update(rates[m], of, i); });
}

}  // namespace tutti::kernels::TUTTI_GPU
