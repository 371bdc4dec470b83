#include <algorithm>

#include "kernels/cpu/cpu_backend.h"

namespace tutti::kernels {

void CpuBackend::last_step(std::int64_t rows, std::int64_t steps, std::int64_t units,
                           const float* x, float* y) {
  for (std::int64_t r = 0; r < rows; ++r)
    std::copy_n(x + (r * steps + steps - 1) * units, units, y + r * units);
}

void CpuBackend::last_step_backward(std::int64_t rows, std::int64_t steps, std::int64_t units,
                                    const float* dy, float* dx) {
  std::fill_n(dx, rows * steps * units, float{0});
  for (std::int64_t r = 0; r < rows; ++r)
    std::copy_n(dy + r * units, units, dx + (r * steps + steps - 1) * units);
}

}  // namespace tutti::kernels
