#include <algorithm>
#include <vector>

#include "kernels/adam_update.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/parameter_parts.h"
#include "kernels/cpu/product.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void adam_range(std::int64_t n, AdamUpdate update, float rate, float keep,
                           const float* __restrict g, float* __restrict w, float* __restrict m,
                           float* __restrict v) {
  for (std::int64_t i = 0; i < n; ++i) update(rate, keep, g[i], w[i], m[i], v[i]);
}

}  // namespace

void CpuBackend::adam(std::int64_t members, std::span<const AdamParameter<float>> parameters,
                      const AdamStep& step, const float* rates) {
  const AdamUpdate update(step);
  cpu::each_part(cpu::parameter_parts(members, parameters), [&](const auto& part) {
    const auto& [of, member, at, count] = part;
    adam_range(count, update, rates[member], kept_share(of->decay, member), of->g + at, of->w + at,
               of->m + at, of->v + at);
  });
}

void CpuBackend::dense_adam(const DenseShape& s, const AdamStep& step, const float* rates,
                            const float* x, const float* dy, float* w, float* m, float* v,
                            const float* decay) {
  const AdamUpdate update(step);
  constexpr std::int64_t elements = 1 << 15;  // of the gradient at a time: they stay in the cache
  const std::int64_t inputs = std::clamp<std::int64_t>(elements / s.outputs, 1, s.inputs);
  const std::int64_t tasks = (s.inputs + inputs - 1) / inputs;
  parallel_for(s.members * tasks, [&](std::int64_t task) {
    const std::int64_t member = task / tasks, first = task % tasks * inputs;
    const std::int64_t count = std::min(inputs, s.inputs - first), size = count * s.outputs;
    const std::int64_t at = (member * s.inputs + first) * s.outputs;
    thread_local std::vector<float> g;
    g.resize(static_cast<std::size_t>(size));
    cpu::product(count, s.outputs, s.batch, {x + member * s.batch * s.inputs + first, 1, s.inputs},
                 dy + member * s.batch * s.outputs, s.outputs, false, g.data(), s.outputs);
    adam_range(size, update, rates[member], kept_share(decay, member), g.data(), w + at, m + at,
               v + at);
  });
}

}  // namespace tutti::kernels
