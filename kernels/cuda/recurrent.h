#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/gemm.h"

/// What the recurrent layers share: a block runs all steps of a few rows of the batch, with what
/// passes from step to step in shared memory; everything that does not wait for a step before is a
/// matrix product over all steps. G is the number of pre-activations a step: units, 4 units for an
/// LSTM, 3 for a GRU.
namespace tutti::kernels::TUTTI_GPU {

/// RecurrentShape in the kernels' integers.
struct StepsShape {
  int members, batch, steps, inputs, units;
  int rows_of_block;
  ActivationFunction activation, gate;
};

/// An Error that names the operation if a step of one row does not fit into shared memory.
StepsShape steps_shape(const char* operation, const RecurrentShape& s, int floats_a_row);

/// blockIdx: x rows, y member.
Grid steps_grid(const StepsShape& s, int floats_a_row);

/// z = x w + b over all steps. z is [M, B, T, G]; b may be null.
void project_inputs(const StepsShape& s, int g, const float* x, const float* w, const float* b,
                    float* z);

/// u with its axes exchanged, [M, G, U], in scratch memory.
const float* transposed(const StepsShape& s, int g, const float* u);

/// States of the step before, by units and steps: [units, batch * steps]; 0 before the first step.
struct StatesBefore {
  const float* h;
  int steps, units;
  std::int64_t member_stride;

  __device__ float at(int member, int row, int k) const {
    return k % steps ? h[member * member_stride + std::int64_t{k - 1} * units + row] : 0;
  }
  __device__ bool along_depth() const { return false; }
};

/// dx (unless null) and dw from dz, [M, B, T, G].
void input_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* dz,
                     float* dx, float* dw);

/// dx (unless null), dw, du and db from dz, [M, B, T, G].
void recurrent_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* h,
                         const float* dz, float* dx, float* dw, float* du, float* db);

}  // namespace tutti::kernels::TUTTI_GPU
