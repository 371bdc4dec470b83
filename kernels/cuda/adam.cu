#include "kernels/adam_update.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/parameter_list.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::adam(std::int64_t members, std::span<const AdamParameter<float>> parameters,
                      const AdamStep& step, const float* rates) {
  const AdamUpdate update(step);
  for_each_element(members, parameters,
                   [=] __device__(const AdamParameter<float>& of, std::int64_t m, std::int64_t i) {
                     update(rates[m], kept_share(of.decay, m), of.g[i], of.w[i], of.m[i], of.v[i]);
                   });
}

}  // namespace tutti::kernels::TUTTI_GPU
