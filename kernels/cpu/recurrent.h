#pragma once
#include <cstdint>

#include "kernels/backend.h"

/// What recurrent layers share. Examples do not see each other, so a task takes a few of them
/// through all steps; what does not depend on the recurrence is one product over all steps before
/// or after. G is the width of the pre-activations: U for a simple layer, 4U for an LSTM,
/// 3U for a GRU.
namespace tutti::kernels::cpu {

/// Some examples of one member, as one task sees them.
struct RecurrentTask {
  std::int64_t member;
  std::int64_t first;  // example, counted over all members
  std::int64_t count;
};

/// Calls run(task) for blocks of examples, in parallel.
template <class Run>
void each_recurrent_task(const RecurrentShape& s, Run run);

/// z[b, t] = x[b, t] w + b for the task's examples and all steps; b is the [G] of its member.
void project_inputs(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    const float* x, const float* w, const float* b, float* z);

/// z[b, t] += h[b, t - 1] u for the task's examples; nothing at t = 0.
void add_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    std::int64_t t, const float* h, const float* u, float* z);

/// dh_later[b] = dz[b, t] u^T for the task's examples, [count, U].
void gradient_of_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                            std::int64_t t, const float* dz, const float* u, float* dh_later);

/// dx (if not null) and dw of member m from the gradients dz of all pre-activations, and db [G].
void input_gradients(const RecurrentShape& s, std::int64_t m, std::int64_t g, const float* x,
                     const float* w, const float* dz, float* dx, float* dw, float* db);

/// Numbers of every step, [M, B, T, width] from what belongs to step 1 on; rows lie `stride` apart.
struct Steps {
  const float* data;
  std::int64_t stride;
};

/// Columns of member m's du, whose rows are G long, from the states that each step was given and
/// the gradients of what they were multiplied into.
void recurrent_kernel_gradient(const RecurrentShape& s, std::int64_t m, std::int64_t columns,
                               Steps states, Steps dz, float* du, std::int64_t g);

/// sums[j] += x[r, j] over rows that are `width` long.
void add_rows(std::int64_t rows, std::int64_t width, const float* x, float* sums);

/// input_gradients() and recurrent_kernel_gradient() of all members at once.
void recurrent_gradients(const RecurrentShape& s, std::int64_t g, const float* x, const float* w,
                         const float* h, const float* dz, float* dx, float* dw, float* du,
                         float* db);

}  // namespace tutti::kernels::cpu

#include <algorithm>

#include "kernels/parallel.h"

namespace tutti::kernels::cpu {

template <class Run>
void each_recurrent_task(const RecurrentShape& s, Run run) {
  constexpr std::int64_t examples_a_task = 16;
  const std::int64_t tasks = (s.batch + examples_a_task - 1) / examples_a_task;
  parallel_for(s.members * tasks, [&](std::int64_t i) {
    const std::int64_t member = i / tasks, first = i % tasks * examples_a_task;
    run(RecurrentTask{member, member * s.batch + first,
                      std::min(examples_a_task, s.batch - first)});
  });
}

}  // namespace tutti::kernels::cpu
