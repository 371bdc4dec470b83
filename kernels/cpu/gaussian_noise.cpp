#include <algorithm>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/normal_numbers.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {

void CpuBackend::gaussian_noise(std::int64_t members, std::int64_t size, double stddev,
                                const std::int32_t* draws, std::uint64_t layer, const float* x,
                                float* y) {
  const float by = static_cast<float>(stddev);
  const std::int64_t parts = (size + cpu::elements_a_task - 1) / cpu::elements_a_task;
  parallel_for(members * parts, [&](std::int64_t task) {
    const std::int64_t member = task / parts, begin = task % parts * cpu::elements_a_task,
                       end = std::min<std::int64_t>(size, begin + cpu::elements_a_task);
    const DropoutDraw draw(draws + 3 * member, layer);
    for (std::int64_t first = begin; first < end; first += 4) {
      const auto words = philox(draw.key, draw.call, static_cast<std::uint64_t>(first / 4));
      for (std::int64_t n = first; n < std::min(end, first + 4); ++n)
        y[member * size + n] =
            x[member * size + n] + by * normal_number(words, static_cast<int>(n - first));
    }
  });
}

}  // namespace tutti::kernels
