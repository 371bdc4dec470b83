#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"
#include "kernels/gpu.h"

namespace tutti::kernels::TUTTI_GPU {
StepsShape steps_shape(const char* operation, const RecurrentShape& s, int floats) {
  const auto length = [operation](std::int64_t value) { return gemm::length(value, operation); };
  const std::int64_t most = most_shared_bytes() / static_cast<std::int64_t>(floats * sizeof(float));
  if (s.units > most)
    throw Error(operation, ": ", s.units, " units are more than a GPU holds on chip; take at most ",
                most);
  length(s.batch * s.steps);
  const int room = std::max(length(s.units), most_units_held);
  return {length(s.members),
          length(s.batch),
          length(s.steps),
          length(s.inputs),
          length(s.units),
          room,
          pieces(room * rows_of_block, 32) * 32,
          s.activation,
          s.recurrent_activation};
}

Grid steps_grid(const StepsShape& s, int floats) {
  return {{static_cast<unsigned>(pieces<std::int64_t>(s.batch, rows_of_block)),
           static_cast<unsigned>(s.members)},
          {static_cast<unsigned>(std::min(threads_of_block, s.pairs))},
          static_cast<std::size_t>(s.room) * static_cast<std::size_t>(floats) * sizeof(float)};
}

void project_inputs(const StepsShape& s, int g, const float* x, const float* w, const float* b,
                    float* z) {
  const int rows = s.batch * s.steps;
  multiply_matrices({s.members, rows, g, s.inputs}, by_rows(x, rows, s.inputs),
                    by_columns(w, s.inputs, g), b, z);
}

void input_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* dz,
                     float* dx, float* dw) {
  const int rows = s.batch * s.steps;
  if (dx)
    multiply_matrices({s.members, rows, s.inputs, g}, by_rows(dz, rows, g), by_rows(w, s.inputs, g),
                      nullptr, dx);
  multiply_matrices({s.members, s.inputs, g, rows}, by_columns(x, rows, s.inputs),
                    by_columns(dz, rows, g), nullptr, dw);
}

void recurrent_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* h,
                         const float* dz, float* dx, float* dw, float* du, float* db) {
  const int rows = s.batch * s.steps;
  input_gradients(s, g, x, w, dz, dx, dw);
  multiply(GemmShape{s.members, s.units, g, rows},
           StatesBefore{h, s.steps, s.units, std::int64_t{rows} * s.units}, by_columns(dz, rows, g),
           nullptr, du);
  backend().bias_backward(s.members, rows, g, dz, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
