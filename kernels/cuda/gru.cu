#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int gru_forward_floats = 3 * lanes_of_unit,
              gru_backward_floats = 7 * lanes_of_unit;  // a unit

/// gates come in as x w and go out after their activations. b is [M, 2, 3U] with reset_after,
/// [M, 3U] without.
template <int rows, bool held>
__global__ void __launch_bounds__(threads_of_block, 1)
    gru_kernel(StepsShape s, bool reset_after, const float* u, const float* b, float* gates,
               float* inner, float* h) {
  // h of the step before and of this one, in turn: [2, room, rows]; r h
  DynamicShared<float> states;
  const int units = s.units, g = 3 * units, room = held ? most_units_held : units,
            passed = 2 * rows * room;
  u += std::int64_t{blockIdx.y} * units * g;
  b += std::int64_t{blockIdx.y} * (reset_after ? 2 * g : g);
  const auto factor = [=](int k, int j, int q) { return u[(std::int64_t{j} * 3 + q) * units + k]; };
  const auto sum_over_states =
      lane_sums<SumsShape{.rows = rows, .sums = 3, .values = 1, .held = held}>(units, units,
                                                                               factor);
  const auto sum_over_passed =
      lane_sums<SumsShape{.rows = rows, .sums = 1, .values = 1, .held = held}>(
          units, units, [=](int k, int j, int) { return factor(k, j, 2); });
  int now = 0, before = rows * room;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      const int k = min(my.k, units - 1);
      float z[3] = {};  // of the state
      if (t > 0) sum_over_states(states, before, pair, z);
      if (!my.kept) continue;
      float to_keep = 0;
      if (my.wanted) {
        const std::int64_t at = my.example * s.steps + t;
        float *gate = gates + at * g + k, *inside = inner + at * units + k;
        const float earlier = t > 0 ? states[before + my.place] : 0.0f;
        if (reset_after)
          for (int q = 0; q < 3; ++q) z[q] += b[g + q * units + k];
        const float update = activated(s.gate, gate[0] + b[k] + z[0]),
                    reset = activated(s.gate, gate[units] + b[units + k] + z[1]);
        gate[0] = update, gate[units] = reset;
        if (reset_after) {
          const float c =
              activated(s.activation, gate[2 * units] + b[2 * units + k] + reset * z[2]);
          gate[2 * units] = c;
          *inside = z[2];
          h[at * units + k] = to_keep = update * earlier + (1 - update) * c;
        } else {
          *inside = to_keep = reset * earlier;
        }
      }
      states[(reset_after ? now : passed) + my.place] = to_keep;
    }
    __syncthreads();
    if (!reset_after) {
      for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
        const UnitAndRow<rows> my(s, room, pair);
        float z[1] = {};
        if (t > 0) sum_over_passed(states, passed, pair, z);
        if (!my.kept) continue;
        float state = 0;
        if (my.wanted) {
          const std::int64_t at = my.example * s.steps + t;
          float* gate = gates + at * g + my.k;
          const float c = activated(s.activation, gate[2 * units] + b[2 * units + my.k] + z[0]);
          const float earlier = t > 0 ? states[before + my.place] : 0.0f;
          gate[2 * units] = c;
          h[at * units + my.k] = state = gate[0] * earlier + (1 - gate[0]) * c;
        }
        states[now + my.place] = state;
      }
      __syncthreads();
    }
    const int other = now;
    now = before, before = other;
  }
}

/// dz of every step, from the last one on, and the gradient of `inner`.
template <int rows, bool held>
__global__ void __launch_bounds__(threads_of_block, 1)
    gru_backward_kernel(StepsShape s, bool reset_after, const float* u, const float* gates,
                        const float* inner, const float* h, const float* dh, float* dz,
                        float* dinner) {
  // Of the step after and of this one, in turn, the gradients of what u made: [2, 3, room, rows];
  // and the part of h's gradient that comes past the gates: [room, rows].
  DynamicShared<float> shared;
  const int units = s.units, g = 3 * units, columns = reset_after ? g : 2 * units,
            room = held ? most_units_held : units, past = 6 * rows * room;
  u += std::int64_t{blockIdx.y} * units * g;
  const auto factor = [=](int k, int j, int) { return u[std::int64_t{k} * g + j]; };
  const auto sum_over_gradients =
      lane_sums<SumsShape{.rows = rows, .sums = 1, .values = 3, .held = held}>(units, columns,
                                                                               factor);
  const auto sum_over_inner =
      lane_sums<SumsShape{.rows = rows, .sums = 1, .values = 1, .held = held}>(
          units, units, [=](int k, int j, int) { return factor(k, 2 * units + j, 0); });
  int now = 0, after = 3 * rows * room;
  for (int t = s.steps - 1; t >= 0; --t) {
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      float sum[1] = {};
      if (t < s.steps - 1) sum_over_gradients(shared, after, pair, sum);
      if (!my.kept) continue;
      float of_update = 0, of_reset = 0, of_inner = 0, beside = 0;
      if (my.wanted) {
        const std::int64_t at = my.example * s.steps + t;
        const float *gate = gates + at * g + my.k, *state = h + at * units + my.k;
        float* gradient = dz + at * g + my.k;
        float dstate = dh[at * units + my.k] + sum[0];
        if (t < s.steps - 1) dstate += shared[past + my.place];
        const float update = gate[0], reset = gate[units], c = gate[2 * units];
        const float earlier = t > 0 ? state[-units] : 0;
        const float of_candidate = dstate * (1 - update) * derivative_from_output(s.activation, c);
        gradient[0] = of_update = dstate * (earlier - c) * derivative_from_output(s.gate, update);
        gradient[2 * units] = of_inner = of_candidate;
        beside = dstate * update;
        if (reset_after) {
          gradient[units] = of_reset =
              of_candidate * inner[at * units + my.k] * derivative_from_output(s.gate, reset);
          dinner[at * units + my.k] = of_inner = of_candidate * reset;
        }
      }
      const int to = now + my.place;
      shared[past + my.place] = beside;
      shared[to] = of_update;
      shared[to + 2 * rows * room] = of_inner;
      if (reset_after) shared[to + rows * room] = of_reset;
    }
    __syncthreads();
    if (!reset_after) {
      for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
        const UnitAndRow<rows> my(s, room, pair);
        float sum[1];
        sum_over_inner(shared, now + 2 * rows * room, pair, sum);
        if (!my.kept) continue;
        float of_reset = 0;
        if (my.wanted) {
          const std::int64_t at = my.example * s.steps + t;
          const float reset = gates[at * g + units + my.k],
                      earlier = t > 0 ? h[(at - 1) * units + my.k] : 0;
          dinner[at * units + my.k] = sum[0];
          dz[at * g + units + my.k] = of_reset =
              sum[0] * earlier * derivative_from_output(s.gate, reset);
          shared[past + my.place] += sum[0] * reset;
        }
        shared[now + rows * room + my.place] = of_reset;
      }
      __syncthreads();
    }
    const int other = now;
    now = after, after = other;
  }
}

/// What u was multiplied by, by units: the states before of every step and, without reset_after,
/// `inner` of every step.
struct GruStates {
  StatesBefore before;
  const float* inner;
  int rows;  // batch * steps

  __device__ float at(int member, int row, int k) const {
    if (k < rows) return before.at(member, row, k);
    return inner[(std::int64_t{member} * rows + k - rows) * before.units + row];
  }
  __device__ bool along_depth() const { return false; }
};

/// The gradients of what came of it. With reset_after c's column has that of `inner`; without, the
/// gates come of the states alone and c of `inner` alone.
struct GruGradients {
  const float *dz, *dinner;
  int rows, units;
  bool reset_after;

  __device__ float at(int member, int column, int k) const {
    const bool of_candidate = column >= 2 * units;
    const std::int64_t step = std::int64_t{member} * rows + k % rows;
    if (reset_after && of_candidate) return dinner[step * units + column - 2 * units];
    if (!reset_after && of_candidate != (k >= rows)) return 0;
    return dz[step * 3 * units + column];
  }
  __device__ bool along_depth() const { return false; }
};

}  // namespace

void GpuBackend::gru(const RecurrentShape& shape, const float* x, const float* w, const float* u,
                     const float* b, float* gates, float* inner, float* h) {
  const StepsShape s = steps_shape("gru", shape, gru_forward_floats);
  project_inputs(s, 3 * s.units, x, w, nullptr, gates);
  launch_steps<gru_kernel<1, true>, gru_kernel<lanes_of_unit, true>,
               gru_kernel<lanes_of_unit, false>>(s, gru_forward_floats, shape.reset_after, u, b,
                                                 gates, inner, h);
}

void GpuBackend::gru_backward(const RecurrentShape& shape, const float* x, const float* w,
                              const float* u, const float* gates, const float* inner,
                              const float* h, const float* dh, float* dz, float* dinner, float* dx,
                              float* dw, float* du, float* db) {
  const StepsShape s = steps_shape("gru", shape, gru_backward_floats);
  const bool reset_after = shape.reset_after;
  const int units = s.units, g = 3 * units, rows = s.batch * s.steps;
  launch_steps<gru_backward_kernel<1, true>, gru_backward_kernel<lanes_of_unit, true>,
               gru_backward_kernel<lanes_of_unit, false>>(s, gru_backward_floats, reset_after, u,
                                                          gates, inner, h, dh, dz, dinner);
  if (dx) input_gradient(s, g, w, dz, dx);
  multiply_matrices({s.members, s.inputs, g, rows}, by_columns(x, rows, s.inputs),
                    by_columns(dz, rows, g), nullptr, dw);
  multiply(GemmShape{s.members, units, g, reset_after ? rows : 2 * rows},
           GruStates{{h, s.steps, units, std::int64_t{rows} * units}, inner, rows},
           GruGradients{dz, dinner, rows, units, reset_after}, nullptr, du);
  for_each(s.members, reset_after ? 2 * g : g, [=] __device__(std::int64_t m, std::int64_t i) {
    const bool of_inner = i >= g + 2 * units;
    const float* from = of_inner ? dinner + i - g - 2 * units : dz + i % g;
    const std::int64_t width = of_inner ? units : g;
    float sum = 0;
    for (std::int64_t row = m * rows; row < (m + 1) * rows; ++row) sum += from[row * width];
    db[m * (reset_after ? 2 * g : g) + i] = sum;
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
