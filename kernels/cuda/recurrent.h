#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/gemm.h"

/// What the recurrent layers share: a block runs all steps of some rows of the batch, with what
/// passes from step to step in shared memory, [.., rows]; everything that does not wait for a step
/// before is a matrix product over all steps. G is the number of pre-activations per step: units,
/// 4 units for an LSTM, 3 for a GRU. Four neighboring lanes have one unit, each its own row, or all
/// one row where there are few: a sum is the same bits either way.
namespace tutti::kernels::TUTTI_GPU {

/// RecurrentShape in the kernels' integers.
struct StepsShape {
  int members, batch, steps, inputs, units;
  int room;   // for units in shared memory: most_units_held, or as many as there are
  int pairs;  // of a unit that there is room for and one of its lanes, in whole warps
  ActivationFunction activation, gate;
};

constexpr int lanes_of_unit = 4, threads_of_block = 256;

/// Up to so many units every thread has one pair, and keeps its part of u in registers.
constexpr int most_units_held = threads_of_block / lanes_of_unit;

/// An Error that names the operation if a block's `floats` of shared memory for each unit are too
/// many.
StepsShape steps_shape(const char* operation, const RecurrentShape& s, int floats);

/// blockIdx: x rows, y member. A thread goes through pairs, threadIdx.x and every blockDim.x after.
Grid steps_grid(const StepsShape& s, int rows_of_block, int floats);

/// Launches the kernel that holds u in registers, for one row a block where that leaves none
/// waiting for another, or the one that reads it at every step.
template <auto one_row, auto holding, auto reading, class... Arguments>
void launch_steps(const StepsShape& s, int floats, Arguments... arguments) {
  constexpr int most_blocks_of_one_row = 128;
  const Grid grid = steps_grid(s, lanes_of_unit, floats);
  if (s.room > most_units_held)
    launch<reading>(grid, s, arguments...);
  else if (std::int64_t{s.members} * s.batch > most_blocks_of_one_row)
    launch<holding>(grid, s, arguments...);
  else
    launch<one_row>(steps_grid(s, 1, floats), s, arguments...);
}

/// The pair of a unit and a row that a thread is at. Of lanes with the same pair, the first keeps
/// what comes of it.
template <int rows>
struct UnitAndRow {
  int k;
  int place;             // in shared memory, [room, rows]
  bool kept;             // whether there is room for it
  std::int64_t example;  // its row, counted over all members
  bool wanted;           // whether there are both

  __device__ UnitAndRow(const StepsShape& s, int room, int pair) : k(pair / lanes_of_unit) {
    const int lane = pair % lanes_of_unit, row = blockIdx.x * rows + lane;
    place = k * rows + lane;
    kept = k < room && lane < rows;
    example = std::int64_t{blockIdx.y} * s.batch + row;
    wanted = kept && k < s.units && row < s.batch;
  }
};

struct SumsShape {
  int rows;    // of a block
  int sums;    // of each unit
  int values;  // for each unit, in a sum: an LSTM's state, or its 4 dz
  bool held;   // whether lanes keep the factors in registers
};

/// Sums over the states before, or over gradients, that lanes share: 4 or, where a unit has but one
/// sum, 16 lanes have the sums of one unit or four for all rows, each over its part of the values.
/// factor(k, j, q) is what value j, of `count`, is multiplied by in sum q of unit k.
template <SumsShape shape, class Factor>
class LaneSums {
  static constexpr int outputs = shape.sums, together = outputs == 1 ? 4 : 1,
                       lanes = lanes_of_unit * together, count_of_parts = shape.rows * together,
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

  /// sums[q] = the sum over j of values[first + rows j + row] factor(k, j, q), for the unit and row
  /// of the lane's pair; all lanes of its warp call it. Where factors are held, values that there
  /// is only room for are 0.
  template <class Values>
  __device__ void operator()(const Values& values, int first, int pair,
                             float (&sums)[outputs]) const {
    float parts[count_of_parts][outputs] = {};  // by the lane whose they are
    if constexpr (shape.held) {
#pragma unroll
      for (int i = 0; i < terms; ++i)
        add(values, first + shape.rows * value_of(i), factors_[i], parts);
    } else {
#pragma unroll 4
      for (int j = value_of(0); j < count_; j += lanes) {
        float factors[together][outputs];
        read(pair, j, factors);
        add(values, first + shape.rows * j, factors, parts);
      }
    }
    exchange<lanes / 2, count_of_parts>(parts);
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
                             float (&parts)[count_of_parts][outputs]) {
#pragma unroll
    for (int r = 0; r < shape.rows; ++r) {
      const float value = values[at + r];
#pragma unroll
      for (int n = 0; n < together; ++n)
#pragma unroll
        for (int q = 0; q < outputs; ++q) parts[n * shape.rows + r][q] += value * factors[n][q];
    }
  }

  /// A lane and the one that is `half` away give each other what they do not keep of `count` parts,
  /// or the one that both keep, then those half as far, until every lane has its own.
  template <int half, int count>
  __device__ static void exchange(float (&parts)[count_of_parts][outputs]) {
    const bool later = threadIdx.x & half;
    constexpr int kept_parts = (count + 1) / 2;
#pragma unroll
    for (int i = 0; i < kept_parts; ++i)
#pragma unroll
      for (int q = 0; q < outputs; ++q) {
        const float last = parts[count > 1 ? i + kept_parts : i][q],
                    kept = later ? last : parts[i][q], given = later ? parts[i][q] : last;
        parts[i][q] = kept + __shfl_xor_sync(all_lanes, given, half);
      }
    if constexpr (half > 1) exchange<half / 2, kept_parts>(parts);
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
