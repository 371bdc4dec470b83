#include <algorithm>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/support/philox.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

constexpr std::int64_t elements_a_range = 256;  // a multiple of the four words of a Philox block

/// Elements first … first + n of one member; `first` is a multiple of 4, n at most 256. Blocks side
/// by side, so that the rounds become vector instructions.
TUTTI_SIMD void dropout_range(const DropoutDraw& draw, std::int64_t first, std::int64_t n,
                              float rate, float scale, const float* x, float* y) {
  float draws[elements_a_range];
  for (std::int64_t block = 0; block < elements_a_range / 4; ++block) {
    const auto words = philox(draw.key, draw.call, static_cast<std::uint64_t>(first / 4 + block));
    for (std::int64_t i = 0; i < 4; ++i) draws[block * 4 + i] = unit_interval(words[i]);
  }
  for (std::int64_t i = 0; i < n; ++i) y[i] = draws[i] >= rate ? x[i] * scale : 0;
}

}  // namespace

void CpuBackend::dropout(std::int64_t members, std::int64_t size, double rate,
                         const std::int32_t* draws, std::uint64_t layer, const float* x, float* y) {
  const std::int64_t parts = (size + cpu::elements_a_task - 1) / cpu::elements_a_task;
  parallel_for(members * parts, [&](std::int64_t task) {
    const std::int64_t member = task / parts, begin = task % parts * cpu::elements_a_task;
    const std::int64_t end = std::min<std::int64_t>(size, begin + cpu::elements_a_task);
    const DropoutDraw draw(draws + 3 * member, layer);
    for (std::int64_t i = begin; i < end; i += elements_a_range)
      dropout_range(draw, i, std::min(elements_a_range, end - i), static_cast<float>(rate),
                    static_cast<float>(1 / (1 - rate)), x + member * size + i,
                    y + member * size + i);
  });
}

}  // namespace tutti::kernels
