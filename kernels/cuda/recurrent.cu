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
  return {length(s.members), length(s.batch),
          length(s.steps),   length(s.inputs),
          length(s.units),   (length(s.units) * rows_of_block + 31) / 32 * 32,
          s.activation,      s.recurrent_activation};
}

Grid steps_grid(const StepsShape& s, int floats) {
  constexpr int most_threads = 256;
  return {{static_cast<unsigned>(pieces<std::int64_t>(s.batch, rows_of_block)),
           static_cast<unsigned>(s.members)},
          {static_cast<unsigned>(std::min(most_threads, s.pairs))},
          static_cast<std::size_t>(s.units) * static_cast<std::size_t>(floats) * sizeof(float)};
}

void project_inputs(const StepsShape& s, int g, const float* x, const float* w, const float* b,
                    float* z) {
  const int rows = s.batch * s.steps;
  multiply_matrices({s.members, rows, g, s.inputs}, by_rows(x, rows, s.inputs),
                    by_columns(w, s.inputs, g), b, z);
}

const float* transposed(const StepsShape& s, int g, const float* u) {
  const int units = s.units;
  float* to = scratch(std::int64_t{s.members} * units * g);
  for_each(s.members, std::int64_t{units} * g, [=] __device__(std::int64_t m, std::int64_t i) {
    const std::int64_t first = m * units * g;
    to[first + i] = u[first + i % units * g + i / units];
  });
  return to;
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
