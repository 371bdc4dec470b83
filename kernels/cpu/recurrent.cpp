#include "kernels/cpu/recurrent.h"

#include <algorithm>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/simd.h"

namespace tutti::kernels::cpu {

TUTTI_SIMD void add_rows(std::int64_t rows, std::int64_t width, const float* x, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t j = 0; j < width; ++j) sums[j] += x[r * width + j];
}

void project_inputs(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    const float* x, const float* w, const float* b, float* z) {
  const std::int64_t rows = task.count * s.steps;
  float* first = z + task.first * s.steps * g;
  for (std::int64_t r = 0; r < rows; ++r) std::copy_n(b, g, first + r * g);
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

void input_gradients(const RecurrentShape& s, std::int64_t m, std::int64_t g, const float* x,
                     const float* w, const float* dz, float* dx, float* dw, float* db) {
  const std::int64_t rows = s.batch * s.steps;
  x += m * rows * s.inputs, w += m * s.inputs * g, dz += m * rows * g;
  if (dx) gemm(rows, s.inputs, g, {dz, g}, {w, g, true}, 0, dx + m * rows * s.inputs, s.inputs);
  gemm(s.inputs, g, rows, {x, s.inputs, true}, {dz, g}, 0, dw + m * s.inputs * g, g);
  std::fill_n(db, g, 0.0f);
  add_rows(rows, g, dz, db);
}

void recurrent_kernel_gradient(const RecurrentShape& s, std::int64_t m, std::int64_t columns,
                               Steps states, Steps dz, float* du, std::int64_t g) {
  for (std::int64_t k = 0; k < s.units; ++k) std::fill_n(du + k * g, columns, 0.0f);
  if (s.steps == 1) return;
  for (std::int64_t row = m * s.batch * s.steps; row < (m + 1) * s.batch * s.steps; row += s.steps)
    gemm(s.units, columns, s.steps - 1, {states.data + row * states.stride, states.stride, true},
         {dz.data + row * dz.stride, dz.stride}, 1, du, g);
}

void recurrent_gradients(const RecurrentShape& s, std::int64_t g, const float* x, const float* w,
                         const float* h, const float* dz, float* dx, float* dw, float* du,
                         float* db) {
  parallel_for(2 * s.members, [&](std::int64_t task) {
    const std::int64_t m = task / 2;
    if (task % 2 == 0)
      input_gradients(s, m, g, x, w, dz, dx, dw, db + m * g);
    else
      recurrent_kernel_gradient(s, m, g, {h, s.units}, {dz + g, g}, du + m * s.units * g, g);
  });
}

}  // namespace tutti::kernels::cpu
