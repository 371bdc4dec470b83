#include "kernels/cpu/recurrent.h"

#include <algorithm>

#include "kernels/cpu/product.h"
#include "kernels/support/simd.h"

namespace tutti::kernels::cpu {

TUTTI_SIMD void add_rows(std::int64_t rows, std::int64_t width, const float* x, float* sums) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t j = 0; j < width; ++j) sums[j] += x[r * width + j];
}

void project_inputs(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    std::int64_t t, const float* x, const float* w, const float* b, float* z) {
  for (std::int64_t e = 0; e < task.count; ++e) std::copy_n(b, g, z + e * g);
  product(task.count, g, s.inputs,
          {x + (task.first * s.steps + t) * s.inputs, s.steps * s.inputs, 1},
          w + task.member * s.inputs * g, g, true, z, g);
}

void add_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    std::int64_t columns, std::int64_t t, const float* h, const float* u,
                    float* z) {
  if (t == 0) return;
  product(task.count, columns, s.units,
          {h + (task.first * s.steps + t - 1) * s.units, s.steps * s.units, 1},
          u + task.member * s.units * g, g, true, z, g);
}

void gradient_of_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                            std::int64_t t, const float* dz, const float* u_transposed,
                            float* dh_later) {
  product(task.count, s.units, g, {dz + t * g, s.steps * g, 1}, u_transposed, s.units, false,
          dh_later, s.units);
}

void input_gradient(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    const float* w, const float* dz, float* dx) {
  if (!dx) return;
  const auto w_transposed = transposed(s.inputs, g, w + task.member * s.inputs * g);
  product(task.count * s.steps, s.inputs, g, {dz, g, 1}, w_transposed.data(), s.inputs, false,
          dx + task.first * s.steps * s.inputs, s.inputs);
}

void input_kernel_gradient(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                           const float* x, const float* dz, const KernelGradients& to) {
  const std::int64_t rows = task.count * s.steps;
  product(s.inputs, g, rows, {x + task.first * s.steps * s.inputs, 1, s.inputs}, dz, g, false,
          to.dw, g);
  add_rows(rows, g, dz, to.db);
}

void recurrent_kernel_gradient(const RecurrentShape& s, const RecurrentTask& task,
                               std::int64_t columns, Steps states, Steps dz, float* du,
                               std::int64_t g) {
  for (std::int64_t e = 0; e < task.count; ++e)
    product(s.units, columns, s.steps - 1,
            {states.data + e * s.steps * states.stride, 1, states.stride},
            dz.data + e * s.steps * dz.stride, dz.stride, e > 0, du, g);
}

TaskGradients::TaskGradients(const RecurrentShape& s, std::int64_t g, std::int64_t biases)
    : members_(s.members),
      inputs_(s.inputs),
      units_(s.units),
      biases_(biases),
      g_(g),
      tasks_(tasks_a_member(s)),
      parts_(static_cast<std::size_t>(members_ * tasks_ * (inputs_ + units_ + biases_) * g)) {}

KernelGradients TaskGradients::of(const RecurrentTask& task) {
  float* dw = parts_.data() + task.number * (inputs_ + units_ + biases_) * g_;
  return {dw, dw + inputs_ * g_, dw + (inputs_ + units_) * g_};
}

void TaskGradients::sum(float* dw, float* du, float* db) const {
  const std::int64_t rows = inputs_ + units_ + biases_;
  parallel_for(members_ * rows, [&](std::int64_t i) {
    const std::int64_t member = i / rows, row = i % rows;
    float* to = row < inputs_            ? dw + (member * inputs_ + row) * g_
                : row < inputs_ + units_ ? du + (member * units_ + row - inputs_) * g_
                                         : db + (member * biases_ + row - inputs_ - units_) * g_;
    const float* from = parts_.data() + (member * tasks_ * rows + row) * g_;
    std::copy_n(from, g_, to);
    for (std::int64_t task = 1; task < tasks_; ++task) add_rows(1, g_, from + task * rows * g_, to);
  });
}

}  // namespace tutti::kernels::cpu
