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
          pieces(room * lanes_of_unit, 32) * 32,
          s.activation,
          s.recurrent_activation};
}

Grid steps_grid(const StepsShape& s, int rows_of_block, int floats) {
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

void input_gradient(const StepsShape& s, int g, const float* w, const float* dz, float* dx) {
  const int rows = s.batch * s.steps;
  multiply_matrices({s.members, rows, s.inputs, g}, by_rows(dz, rows, g), by_rows(w, s.inputs, g),
                    nullptr, dx);
}

namespace {

/// What w, u and b were multiplied by, by rows of the three: inputs, states before and 1.
struct Multiplied {
  Matrix x;
  StatesBefore before;
  int inputs;

  __device__ float at(int member, int row, int k) const {
    if (row < inputs) return x.at(member, row, k);
    return row < inputs + before.units ? before.at(member, row - inputs, k) : 1;
  }
  __device__ bool along_depth() const { return false; }
};

/// The rows of the gradient of all three.
struct GradientRows {
  float *dw, *du, *db;
  int inputs, units, columns;

  __device__ GradientRows of(int, int member) const {
    const std::int64_t before = std::int64_t{member} * columns;
    return {dw + before * inputs, du + before * units, db + before, inputs, units, columns};
  }

  struct Old {};
  __device__ Old read(int, int) const { return {}; }
  __device__ void write(int row, int column, const Pair& sums, Old) const {
    const bool of_w = row < inputs, of_u = !of_w && row < inputs + units;
    float* to = of_w ? dw : of_u ? du : db;
    const int first = of_w ? 0 : of_u ? inputs : inputs + units;
    write_pair(to + std::int64_t{row - first} * columns + column, has_whole_pairs(to, columns),
               column + 1 < columns, sums);
  }
};

}  // namespace

void recurrent_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* h,
                         const float* dz, float* dx, float* dw, float* du, float* db) {
  const int rows = s.batch * s.steps;
  if (dx) input_gradient(s, g, w, dz, dx);
  const Multiplied multiplied{
      by_columns(x, rows, s.inputs), {h, s.steps, s.units, std::int64_t{rows} * s.units}, s.inputs};
  multiply(GemmShape{s.members, s.inputs + s.units + 1, g, rows}, multiplied,
           by_columns(dz, rows, g), GradientRows{dw, du, db, s.inputs, s.units, g});
}

}  // namespace tutti::kernels::TUTTI_GPU
