#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/gemm.h"

/// What the recurrent layers share: a block runs all steps of four rows of the batch, with what
/// passes from step to step in shared memory, [.., 4 rows]; everything that does not wait for a
/// step before is a matrix product over all steps. G is the number of pre-activations a step:
/// units, 4 units for an LSTM, 3 for a GRU.
///
/// Four neighbouring lanes have one unit, each its own row. In the sums over the states before,
/// each lane takes a quarter of them for all four rows: what it reads of u serves four times.
namespace tutti::kernels::TUTTI_GPU {

/// RecurrentShape in the kernels' integers.
struct StepsShape {
  int members, batch, steps, inputs, units;
  int pairs;  // of a unit and a row of a block, in whole warps
  ActivationFunction activation, gate;
};

constexpr int rows_of_block = 4;

/// An Error that names the operation if a block's `floats` of shared memory for each unit are too
/// many.
StepsShape steps_shape(const char* operation, const RecurrentShape& s, int floats);

/// blockIdx: x rows, y member. A thread goes through pairs, threadIdx.x and every blockDim.x after.
Grid steps_grid(const StepsShape& s, int floats);

/// The pair of a unit and a row that a thread is at.
struct UnitAndRow {
  int k;
  std::int64_t example;  // its row, counted over all members
  bool wanted;           // whether there are both

  __device__ UnitAndRow(const StepsShape& s, int pair) : k(pair / rows_of_block) {
    const int row = blockIdx.x * rows_of_block + pair % rows_of_block;
    example = std::int64_t{blockIdx.y} * s.batch + row;
    wanted = k < s.units && row < s.batch;
  }
};

/// sums[q] = the sum over j in [0, count) of values[first + 4 j + row] factor(j, q), of the lane's
/// own row; its three neighbours call it too.
template <int outputs, class Values, class Factor>
__device__ void sum_over_states(const Values& values, int first, int count, Factor factor,
                                float (&sums)[outputs]) {
  const int lane = threadIdx.x % rows_of_block;
  float parts[rows_of_block][outputs] = {};
#pragma unroll 4
  for (int j = lane; j < count; j += rows_of_block) {
    float factors[outputs];
#pragma unroll
    for (int q = 0; q < outputs; ++q) factors[q] = factor(j, q);
#pragma unroll
    for (int r = 0; r < rows_of_block; ++r) {
      const float value = values[first + rows_of_block * j + r];
#pragma unroll
      for (int q = 0; q < outputs; ++q) parts[r][q] += value * factors[q];
    }
  }
  // The lanes 2 apart give each other two rows, then neighbours one.
  const bool later = lane / 2, odd = lane % 2;
#pragma unroll
  for (int q = 0; q < outputs; ++q) {
    float half[2];
#pragma unroll
    for (int r = 0; r < 2; ++r)
      half[r] = (later ? parts[2 + r][q] : parts[r][q]) +
                __shfl_xor_sync(all_lanes, later ? parts[r][q] : parts[2 + r][q], 2);
    sums[q] = (odd ? half[1] : half[0]) + __shfl_xor_sync(all_lanes, odd ? half[0] : half[1], 1);
  }
}

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
