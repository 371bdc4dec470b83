#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int forward_floats = 2, backward_floats = 9;  // of shared memory a row and unit

/// gates come in as x w + b and go out after their activations. A thread has the same units of the
/// same rows at every step.
__global__ void __launch_bounds__(256)
    lstm_kernel(StepsShape s, const float* u, float* gates, float* cells, float* h) {
  DynamicShared<float> states;  // h of the step before and of this one, in turn: [2, rows, U]
  const int units = s.units, first = blockIdx.x * s.rows_of_block;
  const int pairs = min(s.rows_of_block, s.batch - first) * units;
  u += std::int64_t{blockIdx.y} * units * 4 * units;
  int now = 0, before = s.rows_of_block * units;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
      const int row = pair / units, k = pair % units;
      const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
      float *gate = gates + at * 4 * units + k, *cell = cells + at * units + k;
      float z[4];
#pragma unroll
      for (int q = 0; q < 4; ++q) z[q] = gate[q * units];
      if (t > 0)
        for (int j = 0; j < units; ++j) {
          const float state = states[before + row * units + j];
#pragma unroll
          for (int q = 0; q < 4; ++q) z[q] += state * u[(std::int64_t{j} * 4 + q) * units + k];
        }
      const float i = activated(s.gate, z[0]), f = activated(s.gate, z[1]),
                  c = activated(s.activation, z[2]), o = activated(s.gate, z[3]);
      const float value = i * c + (t > 0 ? f * cell[-units] : 0),
                  state = o * activated(s.activation, value);
      gate[0] = i, gate[units] = f, gate[2 * units] = c, gate[3 * units] = o;
      *cell = value;
      h[at * units + k] = state;
      states[now + pair] = state;
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
  DynamicShared<float>
      shared;  // dz of the step after and of this one: [2, rows, 4U]; dcell: [rows, U]
  const int units = s.units, first = blockIdx.x * s.rows_of_block;
  const int pairs = min(s.rows_of_block, s.batch - first) * units;
  const int dcells = 8 * s.rows_of_block * units;
  transposed += std::int64_t{blockIdx.y} * units * 4 * units;
  int now = 0, after = 4 * s.rows_of_block * units;
  for (int t = s.steps - 1; t >= 0; --t) {
    const bool last = t == s.steps - 1;
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
      const int row = pair / units, k = pair % units;
      const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
      const float *gate = gates + at * 4 * units + k, *cell = cells + at * units + k;
      float dstate = dh[at * units + k], dcell = 0;
      if (!last) {
        for (int j = 0; j < 4 * units; ++j)
          dstate += shared[after + row * 4 * units + j] * transposed[std::int64_t{j} * units + k];
        dcell = shared[dcells + pair];
      }
      const float i = gate[0], f = gate[units], c = gate[2 * units], o = gate[3 * units];
      const float squashed = activated(s.activation, *cell), earlier = t > 0 ? cell[-units] : 0;
      dcell += dstate * o * derivative_from_output(s.activation, squashed);
      const float gradients[4] = {dcell * c * derivative_from_output(s.gate, i),
                                  dcell * earlier * derivative_from_output(s.gate, f),
                                  dcell * i * derivative_from_output(s.activation, c),
                                  dstate * squashed * derivative_from_output(s.gate, o)};
#pragma unroll
      for (int q = 0; q < 4; ++q) {
        dz[at * 4 * units + q * units + k] = gradients[q];
        shared[now + row * 4 * units + q * units + k] = gradients[q];
      }
      shared[dcells + pair] = dcell * f;
    }
    __syncthreads();
    const int other = now;
    now = after, after = other;
  }
}

}  // namespace

void GpuBackend::lstm(const RecurrentShape& shape, const float* x, const float* w, const float* u,
                      const float* b, float* gates, float* cells, float* h) {
  const int floats = forward_floats * static_cast<int>(shape.units);
  const StepsShape s = steps_shape("lstm", shape, floats);
  project_inputs(s, 4 * s.units, x, w, b, gates);
  launch<lstm_kernel>(steps_grid(s, floats), s, u, gates, cells, h);
}

void GpuBackend::lstm_backward(const RecurrentShape& shape, const float* x, const float* w,
                               const float* u, const float* gates, const float* cells,
                               const float* h, const float* dh, float* dz, float* dx, float* dw,
                               float* du, float* db) {
  const int floats = backward_floats * static_cast<int>(shape.units);
  const StepsShape s = steps_shape("lstm", shape, floats);
  launch<lstm_backward_kernel>(steps_grid(s, floats), s, transposed(s, 4 * s.units, u), gates,
                               cells, dh, dz);
  recurrent_gradients(s, 4 * s.units, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
