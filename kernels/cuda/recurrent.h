#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/gemm.h"

/// What the recurrent layers share: a block runs all steps of four rows of the batch, with what
/// passes from step to step in shared memory, [.., 4 rows]; everything that does not wait for a
/// step before is a matrix product over all steps. G is the number of pre-activations per step:
/// units, 4 units for an LSTM, 3 for a GRU. Four neighboring lanes have one unit, each its own
/// row.
namespace tutti::kernels::TUTTI_GPU {

/// RecurrentShape in the kernels' integers.
struct StepsShape {
  int members, batch, steps, inputs, units;
  int room;   // for units in shared memory: most_units_held, or as many as there are
  int pairs;  // of a unit that there is room for and a row of a block, in whole warps
  ActivationFunction activation, gate;
};

constexpr int rows_of_block = 4, threads_of_block = 256;

/// Up to so many units every thread has one pair, and keeps its part of u in registers.
constexpr int most_units_held = threads_of_block / rows_of_block;

/// An Error that names the operation if a block's `floats` of shared memory for each unit are too
/// many.
StepsShape steps_shape(const char* operation, const RecurrentShape& s, int floats);

/// blockIdx: x rows, y member. A thread goes through pairs, threadIdx.x and every blockDim.x after.
Grid steps_grid(const StepsShape& s, int floats);

/// Launches the kernel that holds u in registers or the one that reads it at every step.
template <auto holding, auto reading, class... Arguments>
void launch_steps(const StepsShape& s, int floats, Arguments... arguments) {
  const Grid grid = steps_grid(s, floats);
  if (s.room == most_units_held)
    launch<holding>(grid, s, arguments...);
  else
    launch<reading>(grid, s, arguments...);
}

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

struct SumsShape {
  int sums;    // of each unit
  int values;  // for each unit, in a sum: an LSTM's state, or its 4 dz
  bool held;   // whether lanes keep the factors in registers
};

/// Sums over the states before, or over gradients, that lanes share: 4 or, where a unit has but one
/// sum, 16 lanes have the sums of one unit or four for all four rows, each over its part of the
/// values. factor(k, j, q) is what value j, of `count`, is multiplied by in sum q of unit k.
template <SumsShape shape, class Factor>
class LaneSums {
  static constexpr int outputs = shape.sums, together = outputs == 1 ? 4 : 1,
                       lanes = rows_of_block * together,
                       terms = shape.held ? shape.values * most_units_held / lanes : 0;

 public:
  __device__ LaneSums(int units, int count, Factor factor)
      : units_(units), count_(count), factor_(factor) {
#pragma unroll
    for (int i = 0; i < terms; ++i) {
      const int place = value_of(i), unit = place % most_units_held,
                j = place / most_units_held * units + unit;
      if (unit < units && j < count) read(threadIdx.x, j, factors_[i]);
    }
  }

  /// sums[q] = the sum over j of values[first + 4 j + row] factor(k, j, q), for the unit and row of
  /// the lane's pair; all lanes of its warp call it. Where factors are held, values that there is
  /// only room for are 0.
  template <class Values>
  __device__ void operator()(const Values& values, int first, int pair,
                             float (&sums)[outputs]) const {
    float parts[lanes][outputs] = {};  // by the lane whose they are
    if constexpr (shape.held) {
#pragma unroll
      for (int i = 0; i < terms; ++i)
        add(values, first + rows_of_block * value_of(i), factors_[i], parts);
    } else {
#pragma unroll 4
      for (int j = value_of(0); j < count_; j += lanes) {
        float factors[together][outputs];
        read(pair, j, factors);
        add(values, first + rows_of_block * j, factors, parts);
      }
    }
    exchange<lanes / 2>(parts);
#pragma unroll
    for (int q = 0; q < outputs; ++q) sums[q] = parts[0][q];
  }

 private:
  __device__ static int value_of(int term) {
    return static_cast<int>(threadIdx.x) % lanes + lanes * term;
  }

  __device__ void read(int pair, int j, float (&factors)[together][outputs]) const {
#pragma unroll
    for (int n = 0; n < together; ++n)
#pragma unroll
      for (int q = 0; q < outputs; ++q)
        factors[n][q] = factor_(min(pair / lanes * together + n, units_ - 1), j, q);
  }

  template <class Values>
  __device__ static void add(const Values& values, int at,
                             const float (&factors)[together][outputs],
                             float (&parts)[lanes][outputs]) {
#pragma unroll
    for (int r = 0; r < rows_of_block; ++r) {
      const float value = values[at + r];
#pragma unroll
      for (int n = 0; n < together; ++n)
#pragma unroll
        for (int q = 0; q < outputs; ++q) parts[n * rows_of_block + r][q] += value * factors[n][q];
    }
  }

  /// A lane and the one that is `half` away give each other what they do not keep, then those half
  /// as far, until every lane has its own.
  template <int half>
  __device__ static void exchange(float (&parts)[lanes][outputs]) {
    const bool later = threadIdx.x & half;
#pragma unroll
    for (int i = 0; i < half; ++i)
#pragma unroll
      for (int q = 0; q < outputs; ++q) {
        const float kept = later ? parts[i + half][q] : parts[i][q],
                    given = later ? parts[i][q] : parts[i + half][q];
        parts[i][q] = kept + __shfl_xor_sync(all_lanes, given, half);
      }
    if constexpr (half > 1) exchange<half / 2>(parts);
  }

  int units_, count_;
  Factor factor_;
  float factors_[terms > 0 ? terms : 1][together][outputs] = {};
};

template <SumsShape shape, class Factor>
__device__ LaneSums<shape, Factor> lane_sums(int units, int count, Factor factor) {
  return {units, count, factor};
}

/// z = x w + b over all steps. z is [M, B, T, G]; b may be null.
void project_inputs(const StepsShape& s, int g, const float* x, const float* w, const float* b,
                    float* z);

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

/// dx from dz, [M, B, T, G].
void input_gradient(const StepsShape& s, int g, const float* w, const float* dz, float* dx);

/// dx (unless null), dw, du and db from dz, [M, B, T, G].
void recurrent_gradients(const StepsShape& s, int g, const float* x, const float* w, const float* h,
                         const float* dz, float* dx, float* dw, float* du, float* db);

}  // namespace tutti::kernels::TUTTI_GPU
