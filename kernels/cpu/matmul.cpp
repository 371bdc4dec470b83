#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/product.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {

void CpuBackend::matmul(const MatmulShape& s, const float* a, const float* b, float* y) {
  const std::int64_t size = s.depth * s.columns;
  std::vector<float> upright;  // the product wants b by its rows
  if (s.transpose_b) {
    upright.resize(static_cast<std::size_t>(s.count * size));
    parallel_for(s.count, [&](std::int64_t n) {
      for (std::int64_t k = 0; k < s.depth; ++k)
        for (std::int64_t j = 0; j < s.columns; ++j)
          upright[static_cast<std::size_t>(n * size + k * s.columns + j)] =
              b[n * size + j * s.depth + k];
    });
  }
  const cpu::Strided left =
      s.transpose_a ? cpu::Strided{a, 1, s.rows} : cpu::Strided{a, s.depth, 1};
  cpu::product_tiles(s.count, s.rows, s.columns, s.depth, left, s.rows * s.depth,
                     s.transpose_b ? upright.data() : b, size, false, y, 64, 64);
}

}  // namespace tutti::kernels
