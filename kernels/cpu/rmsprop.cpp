#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/parameter_parts.h"
#include "kernels/rmsprop_update.h"

namespace tutti::kernels {

void CpuBackend::rmsprop(std::int64_t members, std::span<const RmspropParameter<float>> parameters,
                         const RmspropSettings& settings, const float* rates) {
  const RmspropUpdate<float> update(settings);
  cpu::each_part(cpu::parameter_parts(members, parameters), [&](const auto& part) {
    const auto& [of, member, at, count] = part;
    for (std::int64_t i = at; i < at + count; ++i) update(rates[member], *of, i);
  });
}

}  // namespace tutti::kernels
