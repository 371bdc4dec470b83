#include <algorithm>
#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/gemm.h"
#include "kernels/cpu/row_sums.h"
#include "kernels/cpu/simd.h"
#include "kernels/parallel.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void add_rows(std::int64_t rows, std::int64_t features, const float* dy, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t f = 0; f < features; ++f) sums[f] += dy[r * features + f];
}

}  // namespace

void CpuBackend::dense(const DenseShape& s, const float* x, const float* w, const float* b,
                       float* y) {
  for (std::int64_t row = 0; row < s.members * s.batch; ++row)
    std::copy_n(b + row / s.batch * s.outputs, s.outputs, y + row * s.outputs);
  cpu::gemm_tiles(s.members, s.batch, s.outputs, s.inputs, {{x, s.inputs}, s.batch * s.inputs},
                  {{w, s.outputs}, s.inputs * s.outputs}, 1, y, 64, 64);
}

void CpuBackend::dense_backward_input(const DenseShape& s, const float* w, const float* dy,
                                      float* dx) {
  cpu::gemm_tiles(s.members, s.batch, s.inputs, s.outputs, {{dy, s.outputs}, s.batch * s.outputs},
                  {{w, s.outputs, true}, s.inputs * s.outputs}, 0, dx, 128, 2048);
}

void CpuBackend::dense_backward_weights(const DenseShape& s, const float* x, const float* dy,
                                        float* dw) {
  cpu::gemm_tiles(s.members, s.inputs, s.outputs, s.batch,
                  {{x, s.inputs, true}, s.batch * s.inputs}, {{dy, s.outputs}, s.batch * s.outputs},
                  0, dw, 2048, 128);
}

void CpuBackend::bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                               const float* dy, float* db) {
  cpu::row_sums(
      members, rows, features, 1,
      [&](std::int64_t m, std::int64_t first, std::int64_t count, float* sums) {
        add_rows(count, features, dy + (m * rows + first) * features, sums);
      },
      db);
}

}  // namespace tutti::kernels
