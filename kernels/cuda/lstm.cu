#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int lstm_forward_floats = 2 * lanes_of_unit,
              lstm_backward_floats = 6 * lanes_of_unit;  // a unit

/// use(gate, activation), with Keras' defaults as constants that leave no switch at every step.
template <class Use>
__device__ void with_functions(const StepsShape& s, Use use) {
  constexpr ActivationFunction sigmoid{ActivationFunction::Kind::sigmoid},
      tanh{ActivationFunction::Kind::tanh};
  if (s.gate.kind == sigmoid.kind && s.activation.kind == tanh.kind)
    use(sigmoid, tanh);
  else
    use(s.gate, s.activation);
}

/// gates come in as x w + b and go out after their activations.
template <int rows, bool held>
__global__ void __launch_bounds__(threads_of_block, 1)
    lstm_kernel(StepsShape s, const float* u, float* gates, float* cells, float* h) {
  DynamicShared<float> states;  // h of the step before and of this one, in turn: [2, room, rows]
  const int units = s.units, room = held ? most_units_held : units;
  u += std::int64_t{blockIdx.y} * units * 4 * units;
  const auto sum_over_states =
      lane_sums<SumsShape{.rows = rows, .sums = 4, .values = 1, .held = held}>(
          units, units,
          [=](int k, int j, int q) { return u[(std::int64_t{j} * 4 + q) * units + k]; });
  int now = 0, before = rows * room;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      const std::int64_t at = my.example * s.steps + t;
      float *gate = gates + at * 4 * units + my.k, *cell = cells + at * units + my.k;
      // Asked for before the sums, which do not wait for it.
      const float earlier = my.wanted && t > 0 ? cell[-units] : 0;
      float inputs[4], z[4] = {};
#pragma unroll
      for (int q = 0; q < 4; ++q) inputs[q] = my.wanted ? gate[q * units] : 0;
      if (t > 0) sum_over_states(states, before, pair, z);
      float i, f, c, o, value, state;
      with_functions(s, [&](const auto& of_gate, const auto& of_state) {
        i = activated(of_gate, inputs[0] + z[0]), f = activated(of_gate, inputs[1] + z[1]);
        c = activated(of_state, inputs[2] + z[2]), o = activated(of_gate, inputs[3] + z[3]);
        value = i * c + f * earlier, state = o * activated(of_state, value);
      });
      if (my.wanted) {
        gate[0] = i, gate[units] = f, gate[2 * units] = c, gate[3 * units] = o;
        *cell = value;
        h[at * units + my.k] = state;
      }
      if (my.kept) states[now + my.place] = my.wanted ? state : 0.0f;
    }
    __syncthreads();
    const int other = now;
    now = before, before = other;
  }
}

/// What a step of the backward pass reads of the memory.
struct LstmStep {
  float dh, i, f, c, o, cell, earlier;
};

/// dz of every step, from the last one on.
template <int rows, bool held>
__global__ void __launch_bounds__(threads_of_block, 1)
    lstm_backward_kernel(StepsShape s, const float* u, const float* gates, const float* cells,
                         const float* dh, float* dz) {
  // dz of the step after: [4, room, rows]; the sums over it and dcell: [room, rows] each.
  DynamicShared<float> shared;
  const int units = s.units, room = held ? most_units_held : units, all_sums = 4 * rows * room,
            dcells = 5 * rows * room;
  u += std::int64_t{blockIdx.y} * units * 4 * units;
  const auto sum_over_gradients =
      lane_sums<SumsShape{.rows = rows, .sums = 1, .values = 4, .held = held}>(
          units, 4 * units, [=](int k, int j, int) { return u[std::int64_t{k} * 4 * units + j]; });
  const auto read = [=](const UnitAndRow<rows>& my, int t) {
    if (!my.wanted) return LstmStep{};
    const std::int64_t at = my.example * s.steps + t;
    const float *gate = gates + at * 4 * units + my.k, *cell = cells + at * units + my.k;
    return LstmStep{dh[at * units + my.k],   gate[0],         gate[units],
                    gate[2 * units],         gate[3 * units], *cell,
                    t > 0 ? cell[-units] : 0};
  };
  for (int t = s.steps - 1; t >= 0; --t) {
    const bool last = t == s.steps - 1;
    LstmStep asked;  // of a thread's one pair, before the sums, which do not wait for it
    if constexpr (held) asked = read(UnitAndRow<rows>(s, room, threadIdx.x), t);
    for (int pair = threadIdx.x; !last && pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      float sum[1];
      sum_over_gradients(shared, 0, pair, sum);
      if (my.kept) shared[all_sums + my.place] = sum[0];
    }
    __syncthreads();
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow<rows> my(s, room, pair);
      if (!my.kept) continue;
      float gradients[4] = {};
      if (my.wanted) {
        const LstmStep step = held ? asked : read(my, t);
        const float dstate =
            step.dh + (last ? 0.0f : static_cast<float>(shared[all_sums + my.place]));
        const float dlater = last ? 0.0f : static_cast<float>(shared[dcells + my.place]);
        float dcell;
        with_functions(s, [&](const auto& of_gate, const auto& of_state) {
          const float squashed = activated(of_state, step.cell);
          dcell = dlater + dstate * step.o * derivative_from_output(of_state, squashed);
          gradients[0] = dcell * step.c * derivative_from_output(of_gate, step.i);
          gradients[1] = dcell * step.earlier * derivative_from_output(of_gate, step.f);
          gradients[2] = dcell * step.i * derivative_from_output(of_state, step.c);
          gradients[3] = dstate * squashed * derivative_from_output(of_gate, step.o);
        });
        shared[dcells + my.place] = dcell * step.f;
        float* gradient = dz + (my.example * s.steps + t) * 4 * units + my.k;
#pragma unroll
        for (int q = 0; q < 4; ++q) gradient[q * units] = gradients[q];
      }
#pragma unroll
      for (int q = 0; q < 4; ++q) shared[q * rows * room + my.place] = gradients[q];
    }
    __syncthreads();
  }
}

}  // namespace

void GpuBackend::lstm(const RecurrentShape& shape, const float* x, const float* w, const float* u,
                      const float* b, float* gates, float* cells, float* h) {
  const StepsShape s = steps_shape("lstm", shape, lstm_forward_floats);
  project_inputs(s, 4 * s.units, x, w, b, gates);
  launch_steps<lstm_kernel<1, true>, lstm_kernel<lanes_of_unit, true>,
               lstm_kernel<lanes_of_unit, false>>(s, lstm_forward_floats, u, gates, cells, h);
}

void GpuBackend::lstm_backward(const RecurrentShape& shape, const float* x, const float* w,
                               const float* u, const float* gates, const float* cells,
                               const float* h, const float* dh, float* dz, float* dx, float* dw,
                               float* du, float* db) {
  const StepsShape s = steps_shape("lstm", shape, lstm_backward_floats);
  launch_steps<lstm_backward_kernel<1, true>, lstm_backward_kernel<lanes_of_unit, true>,
               lstm_backward_kernel<lanes_of_unit, false>>(s, lstm_backward_floats, u, gates, cells,
                                                           dh, dz);
  recurrent_gradients(s, 4 * s.units, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
