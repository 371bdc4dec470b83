#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int forward_floats = 2 * rows_of_block, backward_floats = 6 * rows_of_block;  // a unit

/// gates come in as x w + b and go out after their activations.
__global__ void __launch_bounds__(256)
    lstm_kernel(StepsShape s, const float* u, float* gates, float* cells, float* h) {
  DynamicShared<float> states;  // h of the step before and of this one, in turn: [2, U, 4 rows]
  const int units = s.units;
  u += std::int64_t{blockIdx.y} * units * 4 * units;
  int now = 0, before = rows_of_block * units;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow my(s, pair);
      const std::int64_t at = my.example * s.steps + t;
      float *gate = gates + at * 4 * units + my.k, *cell = cells + at * units + my.k;
      // Asked for before the sums, which do not wait for it.
      const float earlier = my.wanted && t > 0 ? cell[-units] : 0;
      float inputs[4], z[4] = {};
#pragma unroll
      for (int q = 0; q < 4; ++q) inputs[q] = my.wanted ? gate[q * units] : 0;
      const float* column = u + min(my.k, units - 1);
      if (t > 0)
        sum_over_states(
            states, before, units,
            [=](int j, int q) { return column[(std::int64_t{j} * 4 + q) * units]; }, z);
      const float i = activated(s.gate, inputs[0] + z[0]), f = activated(s.gate, inputs[1] + z[1]),
                  c = activated(s.activation, inputs[2] + z[2]),
                  o = activated(s.gate, inputs[3] + z[3]);
      const float value = i * c + f * earlier, state = o * activated(s.activation, value);
      if (my.wanted) {
        gate[0] = i, gate[units] = f, gate[2 * units] = c, gate[3 * units] = o;
        *cell = value;
        h[at * units + my.k] = state;
      }
      if (my.k < units) states[now + pair] = my.wanted ? state : 0.0f;
    }
    __syncthreads();
    const int other = now;
    now = before, before = other;
  }
}

/// dz of every step, from the last one on. `transposed` is u with its axes exchanged, [M, 4U, U].
__global__ void __launch_bounds__(256)
    lstm_backward_kernel(StepsShape s, const float* transposed, const float* gates,
                         const float* cells, const float* dh, float* dz) {
  // dz of the step after: [4U, 4 rows]; the sums over it and dcell: [U, 4 rows] each.
  DynamicShared<float> shared;
  const int units = s.units, all_sums = 4 * rows_of_block * units,
            dcells = 5 * rows_of_block * units;
  transposed += std::int64_t{blockIdx.y} * units * 4 * units;
  for (int t = s.steps - 1; t >= 0; --t) {
    const bool last = t == s.steps - 1;
    for (int pair = threadIdx.x; !last && pair < s.pairs; pair += blockDim.x) {
      const int k = pair / rows_of_block;
      const float* column = transposed + min(k, units - 1);
      float sum[1];
      sum_over_states(
          shared, 0, 4 * units, [=](int j, int) { return column[std::int64_t{j} * units]; }, sum);
      if (k < units) shared[all_sums + pair] = sum[0];
    }
    __syncthreads();
    for (int pair = threadIdx.x; pair < s.pairs; pair += blockDim.x) {
      const UnitAndRow my(s, pair);
      if (my.k >= units) continue;
      float gradients[4] = {};
      if (my.wanted) {
        const std::int64_t at = my.example * s.steps + t;
        const float *gate = gates + at * 4 * units + my.k, *cell = cells + at * units + my.k;
        const float dstate =
            dh[at * units + my.k] + (last ? 0.0f : static_cast<float>(shared[all_sums + pair]));
        const float i = gate[0], f = gate[units], c = gate[2 * units], o = gate[3 * units];
        const float squashed = activated(s.activation, *cell), earlier = t > 0 ? cell[-units] : 0;
        const float dcell = (last ? 0.0f : static_cast<float>(shared[dcells + pair])) +
                            dstate * o * derivative_from_output(s.activation, squashed);
        gradients[0] = dcell * c * derivative_from_output(s.gate, i);
        gradients[1] = dcell * earlier * derivative_from_output(s.gate, f);
        gradients[2] = dcell * i * derivative_from_output(s.activation, c);
        gradients[3] = dstate * squashed * derivative_from_output(s.gate, o);
        shared[dcells + pair] = dcell * f;
#pragma unroll
        for (int q = 0; q < 4; ++q) dz[at * 4 * units + q * units + my.k] = gradients[q];
      }
#pragma unroll
      for (int q = 0; q < 4; ++q) shared[q * rows_of_block * units + pair] = gradients[q];
    }
    __syncthreads();
  }
}

}  // namespace

void GpuBackend::lstm(const RecurrentShape& shape, const float* x, const float* w, const float* u,
                      const float* b, float* gates, float* cells, float* h) {
  const StepsShape s = steps_shape("lstm", shape, forward_floats);
  project_inputs(s, 4 * s.units, x, w, b, gates);
  launch<lstm_kernel>(steps_grid(s, forward_floats), s, u, gates, cells, h);
}

void GpuBackend::lstm_backward(const RecurrentShape& shape, const float* x, const float* w,
                               const float* u, const float* gates, const float* cells,
                               const float* h, const float* dh, float* dz, float* dx, float* dw,
                               float* du, float* db) {
  const StepsShape s = steps_shape("lstm", shape, backward_floats);
  launch<lstm_backward_kernel>(steps_grid(s, backward_floats), s, transposed(s, 4 * s.units, u),
                               gates, cells, dh, dz);
  recurrent_gradients(s, 4 * s.units, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
