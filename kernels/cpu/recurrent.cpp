#include "kernels/cpu/recurrent.h"

#include <algorithm>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/simd.h"

namespace tutti::kernels::cpu {
namespace {

TUTTI_SIMD void add_rows(std::int64_t rows, std::int64_t width, const float* x, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t j = 0; j < width; ++j) sums[j] += x[r * width + j];
}

}  // namespace

void project_inputs(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    const float* x, const float* w, const float* b, float* z) {
  const std::int64_t rows = task.count * s.steps;
  float* first = z + task.first * s.steps * g;
  for (std::int64_t r = 0; r < rows; ++r) std::copy_n(b + task.member * g, g, first + r * g);
  gemm(rows, g, s.inputs, {x + task.first * s.steps * s.inputs, s.inputs},
       {w + task.member * s.inputs * g, g}, 1, first, g);
}

void add_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    std::int64_t t, const float* h, const float* u, float* z) {
  if (t == 0) return;
  gemm(task.count, g, s.units, {h + (task.first * s.steps + t - 1) * s.units, s.steps * s.units},
       {u + task.member * s.units * g, g}, 1, z + (task.first * s.steps + t) * g, s.steps * g);
}

void gradient_of_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                            std::int64_t t, const float* dz, const float* u, float* dh_later) {
  gemm(task.count, s.units, g, {dz + (task.first * s.steps + t) * g, s.steps * g},
       {u + task.member * s.units * g, g, true}, 0, dh_later, s.units);
}

void recurrent_gradients(const RecurrentShape& s, std::int64_t g, const float* x, const float* w,
                         const float* h, const float* dz, float* dx, float* dw, float* du,
                         float* db) {
  const std::int64_t rows = s.batch * s.steps;
  const auto input_gradient = [&](std::int64_t m) {
    if (dx)
      gemm(rows, s.inputs, g, {dz + m * rows * g, g}, {w + m * s.inputs * g, g, true}, 0,
           dx + m * rows * s.inputs, s.inputs);
  };
  const auto kernel_gradient = [&](std::int64_t m) {
    gemm(s.inputs, g, rows, {x + m * rows * s.inputs, s.inputs, true}, {dz + m * rows * g, g}, 0,
         dw + m * s.inputs * g, g);
    std::fill_n(db + m * g, g, 0.0f);
    add_rows(rows, g, dz + m * rows * g, db + m * g);
  };
  const auto recurrent_kernel_gradient = [&](std::int64_t m) {
    std::fill_n(du + m * s.units * g, s.units * g, 0.0f);
    if (s.steps == 1) return;
    for (std::int64_t example = m * s.batch; example < (m + 1) * s.batch; ++example)
      gemm(s.units, g, s.steps - 1, {h + example * s.steps * s.units, s.units, true},
           {dz + (example * s.steps + 1) * g, g}, 1, du + m * s.units * g, g);
  };
  parallel_for(3 * s.members, [&](std::int64_t task) {
    const std::int64_t m = task / 3;
    if (task % 3 == 0) return recurrent_kernel_gradient(m);
    return task % 3 == 1 ? kernel_gradient(m) : input_gradient(m);
  });
}

}  // namespace tutti::kernels::cpu
