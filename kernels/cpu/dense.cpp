#include <algorithm>
#include <vector>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/row_sums.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

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
  cpu::product_tiles(s.members, s.batch, s.outputs, s.inputs, {x, s.inputs, 1}, s.batch * s.inputs,
                     w, s.inputs * s.outputs, true, y, 64, 64);
}

// The transpose of a tile of dx is a product of rows of w.
void CpuBackend::dense_backward_input(const DenseShape& s, const float* w, const float* dy,
                                      float* dx) {
  const std::int64_t inputs_a_task = std::clamp<std::int64_t>((1 << 15) / s.batch, 64, 1024);
  const std::int64_t tasks = (s.inputs + inputs_a_task - 1) / inputs_a_task;
  parallel_for(s.members * tasks, [&](std::int64_t task) {
    const std::int64_t member = task / tasks, first = task % tasks * inputs_a_task;
    const std::int64_t count = std::min(inputs_a_task, s.inputs - first);
    const auto columns = cpu::transposed(s.batch, s.outputs, dy + member * s.batch * s.outputs);
    std::vector<float> tile(static_cast<std::size_t>(count * s.batch));
    cpu::product(count, s.batch, s.outputs,
                 {w + (member * s.inputs + first) * s.outputs, s.outputs, 1}, columns.data(),
                 s.batch, false, tile.data(), s.batch);
    for (std::int64_t b = 0; b < s.batch; ++b)
      for (std::int64_t i = 0; i < count; ++i)
        dx[(member * s.batch + b) * s.inputs + first + i] =
            tile[static_cast<std::size_t>(i * s.batch + b)];
  });
}

void CpuBackend::dense_backward_weights(const DenseShape& s, const float* x, const float* dy,
                                        float* dw) {
  cpu::product_tiles(s.members, s.inputs, s.outputs, s.batch, {x, 1, s.inputs}, s.batch * s.inputs,
                     dy, s.batch * s.outputs, false, dw, 2048, 128);
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
