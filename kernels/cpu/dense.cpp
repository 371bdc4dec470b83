#include <algorithm>
#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/gemm.h"
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

// Sums of at most 512 rows in float, then their sum in double.
void CpuBackend::bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                               const float* dy, float* db) {
  constexpr std::int64_t rows_a_part = 512;
  const std::int64_t parts = (rows + rows_a_part - 1) / rows_a_part;
  std::vector<float> sums(static_cast<std::size_t>(members * parts * features));
  parallel_for(members * parts, [&](std::int64_t task) {
    const std::int64_t first = task % parts * rows_a_part;
    add_rows(std::min(rows_a_part, rows - first), features,
             dy + (task / parts * rows + first) * features, sums.data() + task * features);
  });
  for (std::int64_t m = 0; m < members; ++m)
    for (std::int64_t f = 0; f < features; ++f) {
      double sum = 0;
      for (std::int64_t p = 0; p < parts; ++p)
        sum += sums[static_cast<std::size_t>((m * parts + p) * features + f)];
      db[m * features + f] = static_cast<float>(sum);
    }
}

}  // namespace tutti::kernels
