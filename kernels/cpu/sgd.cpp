#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/parameter_parts.h"
#include "kernels/sgd_update.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void sgd_range(std::int64_t n, float rate, const float* __restrict g,
                          float* __restrict w) {
  for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * g[i];
}

TUTTI_SIMD void momentum_range(std::int64_t n, SgdUpdate update, float rate,
                               const float* __restrict g, float* __restrict w,
                               float* __restrict v) {
  for (std::int64_t i = 0; i < n; ++i) update(rate, g[i], w[i], v[i]);
}

}  // namespace

void CpuBackend::sgd(std::int64_t members, std::span<const SgdParameter<float>> parameters,
                     const SgdSettings& settings, const float* rates) {
  const SgdUpdate update(settings);
  cpu::each_part(cpu::parameter_parts(members, parameters), [&](const auto& part) {
    const auto& [of, member, at, count] = part;
    if (std::isnan(rates[member])) return;
    if (settings.momentum == 0)
      sgd_range(count, rates[member], of->g + at, of->w + at);
    else
      momentum_range(count, update, rates[member], of->g + at, of->w + at, of->v + at);
  });
}

}  // namespace tutti::kernels
