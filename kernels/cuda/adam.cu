#include "kernels/adam_move.h"
#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

namespace {

/// The parameters of one launch, their elements one after another.
struct AdamParameters {
  static constexpr std::size_t most = 32;
  AdamParameter<float> all[most];

  /// The one that has element n, which becomes the element's place in it.
  __device__ const AdamParameter<float>& of_element(std::int64_t& n) const {
    int i = 0;
    for (; n >= all[i].size; ++i) n -= all[i].size;
    return all[i];
  }
};

}  // namespace

void GpuBackend::adam(std::int64_t members, std::span<const AdamParameter<float>> parameters,
                      const AdamStep& step, const float* rates) {
  const AdamMove move(step);
  while (!parameters.empty()) {
    const auto some = parameters.first(std::min(parameters.size(), AdamParameters::most));
    AdamParameters list{};
    std::copy(some.begin(), some.end(), list.all);
    std::int64_t size = 0;
    for (const auto& parameter : some) size += parameter.size;
    for_each(members, size, [=] __device__(std::int64_t member, std::int64_t n) {
      const auto& [own, g, w, m, v] = list.of_element(n);
      const std::int64_t i = member * own + n;
      move(rates[member], g[i], w[i], m[i], v[i]);
    });
    parameters = parameters.subspan(some.size());
  }
}

}  // namespace tutti::kernels::TUTTI_GPU
