#pragma once
#include <cstdint>
#include <vector>

#include "kernels/backend.h"

/// What recurrent layers share. Examples do not see each other, so a task takes a few of them
/// through all steps; what does not depend on the recurrence is one product over all steps before
/// or after. G is the width of the pre-activations: U for a simple layer, 4U for an LSTM,
/// 3U for a GRU.
namespace tutti::kernels::cpu {

/// Some examples of one member, as one task sees them.
struct RecurrentTask {
  std::int64_t number;
  std::int64_t member;
  std::int64_t first;  // example, counted over all members
  std::int64_t count;
};

/// Small batches are cut finer, so that two cores have work.
inline std::int64_t examples_a_task(const RecurrentShape& s) { return s.batch > 16 ? 16 : 8; }

/// Calls run(task) for blocks of examples, in parallel.
template <class Run>
void each_recurrent_task(const RecurrentShape& s, Run run);

/// z[b] = x[b, t] w + b for the task's examples, [count, G]; b is the [G] of its member.
void project_inputs(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    std::int64_t t, const float* x, const float* w, const float* b, float* z);

/// z[b] += h[b, t - 1] u for the task's examples and the first `columns` of G; nothing at t = 0.
void add_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    std::int64_t columns, std::int64_t t, const float* h, const float* u, float* z);

/// dh_later[b] = dz[b, t] u^T, [count, U], from the dz [count, T, G] of the task's examples.
void gradient_of_recurrence(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                            std::int64_t t, const float* dz, const float* u_transposed,
                            float* dh_later);

/// dx of the task's examples; nothing if it is null.
void input_gradient(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                    const float* w, const float* dz, float* dx);

/// What one task adds to its member's gradients.
struct KernelGradients {
  float *dw, *du, *db;
};

/// A task's numbers of every step, [count, T, width]; rows lie `stride` apart.
struct Steps {
  const float* data;
  std::int64_t stride;
};

/// dw and db [G] of the task's examples.
void input_kernel_gradient(const RecurrentShape& s, const RecurrentTask& task, std::int64_t g,
                           const float* x, const float* dz, const KernelGradients& to);

/// Columns of du, whose rows are G long, from the states that step 1 and those after it were given,
/// and the gradients of what they were multiplied into.
void recurrent_kernel_gradient(const RecurrentShape& s, const RecurrentTask& task,
                               std::int64_t columns, Steps states, Steps dz, float* du,
                               std::int64_t g);

/// The gradients of all tasks, and their sums in the order of the examples.
class TaskGradients {
 public:
  TaskGradients(const RecurrentShape& s, std::int64_t g, std::int64_t biases);
  KernelGradients of(const RecurrentTask& task);
  void sum(float* dw, float* du, float* db) const;

 private:
  std::int64_t members_, inputs_, units_, biases_, g_, tasks_;
  std::vector<float> parts_;  // [members, tasks, I + U + biases, G]
};

/// sums[j] += x[r, j] over rows that are `width` long.
void add_rows(std::int64_t rows, std::int64_t width, const float* x, float* sums);

}  // namespace tutti::kernels::cpu

#include <algorithm>

#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {

inline std::int64_t tasks_a_member(const RecurrentShape& s) {
  return (s.batch + examples_a_task(s) - 1) / examples_a_task(s);
}

template <class Run>
void each_recurrent_task(const RecurrentShape& s, Run run) {
  const std::int64_t tasks = tasks_a_member(s);
  parallel_for(s.members * tasks, [&](std::int64_t i) {
    const std::int64_t member = i / tasks, first = i % tasks * examples_a_task(s);
    run(RecurrentTask{i, member, member * s.batch + first,
                      std::min(examples_a_task(s), s.batch - first)});
  });
}

}  // namespace tutti::kernels::cpu
