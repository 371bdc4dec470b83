#include <cmath>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/parameter_parts.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD float sum_of_squares(std::int64_t n, const float* g) {
  return cpu::sum_in_lanes(n, [=](std::int64_t i) TUTTI_INLINE { return g[i] * g[i]; });
}

TUTTI_SIMD void scale_range(std::int64_t n, float by, const float* from, float* to) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = by * from[i];
}

}  // namespace

void CpuBackend::clip_by_global_norm(std::int64_t members,
                                     std::span<const ClippedGradient<float>> gradients,
                                     double max_norm, float* norms) {
  const auto parts = cpu::parameter_parts(members, gradients);
  std::vector<float> squares(parts.size());
  parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t task) {
    const auto& [of, member, at, count] = parts[static_cast<std::size_t>(task)];
    squares[static_cast<std::size_t>(task)] = sum_of_squares(count, of->g + at);
  });
  std::vector<double> sums(static_cast<std::size_t>(members));
  for (std::size_t i = 0; i < parts.size(); ++i)
    sums[static_cast<std::size_t>(parts[i].member)] += squares[i];
  for (std::size_t m = 0; m < sums.size(); ++m) norms[m] = static_cast<float>(std::sqrt(sums[m]));
  cpu::each_part(parts, [&](const auto& part) {
    const auto& [of, member, at, count] = part;
    scale_range(count, clipping_factor(static_cast<float>(max_norm), norms[member]), of->g + at,
                of->clipped + at);
  });
}

}  // namespace tutti::kernels
