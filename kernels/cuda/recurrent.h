#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/gemm.h"

/// What the recurrent layers share: a block runs all steps of a few rows of the batch, with what
/// passes from step to step in shared memory; everything that does not wait for a step before is a
/// matrix product over all steps. G is the number of pre-activations a step: units, or 4 units.
namespace tutti::kernels::TUTTI_GPU {

/// RecurrentShape in the kernels' integers.
struct StepsShape {
  int members, batch, steps, inputs, units;
  int rows_of_block;
};

/// An Error that names the operation if a step of one row does not fit into shared memory.
StepsShape steps_shape(const char* operation, const RecurrentShape& s, int floats_a_row);

/// blockIdx: x rows, y member.
Grid steps_grid(const StepsShape& s, int floats_a_row);

/// z = x w + b over all steps. z is [M, B, T, G].
void project_inputs(const StepsShape& s, int g, const float* x, const float* w, const float* b,
                    float* z);

/// u with its axes exchanged, [M, G, U], in scratch memory.
const float* transposed(const StepsShape& s, int g, const float* u);

/// dx (unless null), dw, du and db from dz, [M, B, T, G].
void recurrent_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* h,
                         const float* dz, float* dx, float* dw, float* du, float* db);

}  // namespace tutti::kernels::TUTTI_GPU
