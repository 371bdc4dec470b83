#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int shared_floats = 2 * lanes_of_unit;  // a unit

/// h comes in as x w + b.
template <int rows, bool held>
__global__ void __launch_bounds__(threads_of_block, 1)
    simple_rnn_kernel(StepsShape s, const float* u, float* h) {
  DynamicShared<float> states;  // h of the step before and of this one, in turn: [2, room, rows]
  const int units = s.units, room = held ? most_units_held : units;
  u += std::int64_t{blockIdx.y} * units * units;
  const auto sum_over_states =
      lane_sums<SumsShape{.rows = rows, .sums = 1, .values = 1, .held = held}>(
          units, units, [=](int k, int j, int) { return u[std::int64_t{j} * units + k]; });
  int now = 0, before = rows * room;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      float* state = h + (my.example * s.steps + t) * units + my.k;
      const float input = my.wanted ? *state : 0;
      float sum[1] = {};
      if (t > 0) sum_over_states(states, before, pair, sum);
      const float value = my.wanted ? activated(s.activation, input + sum[0]) : 0;
      if (my.wanted) *state = value;
      if (my.kept) states[now + my.place] = value;
    }
    __syncthreads();
    const int other = now;
    now = before, before = other;
  }
}

/// dz of every step, from the last one on.
template <int rows, bool held>
__global__ void __launch_bounds__(threads_of_block, 1)
    simple_rnn_backward_kernel(StepsShape s, const float* u, const float* h, const float* dh,
                               float* dz) {
  // dz of the step after and of this one, in turn: [2, room, rows]
  DynamicShared<float> gradients;
  const int units = s.units, room = held ? most_units_held : units;
  u += std::int64_t{blockIdx.y} * units * units;
  const auto sum_over_gradients =
      lane_sums<SumsShape{.rows = rows, .sums = 1, .values = 1, .held = held}>(
          units, units, [=](int k, int j, int) { return u[std::int64_t{k} * units + j]; });
  int now = 0, after = rows * room;
  for (int t = s.steps - 1; t >= 0; --t) {
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      const std::int64_t at = (my.example * s.steps + t) * units + my.k;
      const float dstate = my.wanted ? dh[at] : 0, state = my.wanted ? h[at] : 0;
      float sum[1] = {};
      if (t < s.steps - 1) sum_over_gradients(gradients, after, pair, sum);
      const float gradient = (dstate + sum[0]) * derivative_from_output(s.activation, state);
      if (my.wanted) dz[at] = gradient;
      if (my.kept) gradients[now + my.place] = my.wanted ? gradient : 0.0f;
    }
    __syncthreads();
    const int other = now;
    now = after, after = other;
  }
}

}  // namespace

void GpuBackend::simple_rnn(const RecurrentShape& shape, const float* x, const float* w,
                            const float* u, const float* b, float* h) {
  const StepsShape s = steps_shape("simple_rnn", shape, shared_floats);
  project_inputs(s, s.units, x, w, b, h);
  launch_steps<simple_rnn_kernel<1, true>, simple_rnn_kernel<lanes_of_unit, true>,
               simple_rnn_kernel<lanes_of_unit, false>>(s, shared_floats, u, h);
}

void GpuBackend::simple_rnn_backward(const RecurrentShape& shape, const float* x, const float* w,
                                     const float* u, const float* h, const float* dh, float* dz,
                                     float* dx, float* dw, float* du, float* db) {
  const StepsShape s = steps_shape("simple_rnn", shape, shared_floats);
  launch_steps<simple_rnn_backward_kernel<1, true>, simple_rnn_backward_kernel<lanes_of_unit, true>,
               simple_rnn_backward_kernel<lanes_of_unit, false>>(s, shared_floats, u, h, dh, dz);
  recurrent_gradients(s, s.units, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
