#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int forward_floats = 3, backward_floats = 7;  // of shared memory a row and unit

/// gates come in as x w and go out after their activations. A thread has the same units of the same
/// rows at every step. b is [M, 2, 3U] with reset_after, [M, 3U] without.
__global__ void __launch_bounds__(256)
    gru_kernel(StepsShape s, bool reset_after, const float* u, const float* b, float* gates,
               float* inner, float* h) {
  DynamicShared<float> states;  // h of the step before and of this one, in turn: [2, rows, U]; r h
  const int units = s.units, first = blockIdx.x * s.rows_of_block, g = 3 * units;
  const int pairs = min(s.rows_of_block, s.batch - first) * units;
  const int passed = 2 * s.rows_of_block * units;
  u += std::int64_t{blockIdx.y} * units * g;
  b += std::int64_t{blockIdx.y} * (reset_after ? 2 * g : g);
  int now = 0, before = s.rows_of_block * units;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
      const int row = pair / units, k = pair % units;
      const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
      float *gate = gates + at * g + k, *inside = inner + at * units + k;
      float z[3] = {};  // of the state
#pragma unroll
      for (int q = 0; q < 3; ++q)
        if (reset_after) z[q] = b[g + q * units + k];
      if (t > 0)
        for (int j = 0; j < units; ++j) {
          const float state = states[before + row * units + j];
#pragma unroll
          for (int q = 0; q < 3; ++q)
            if (q < 2 || reset_after) z[q] += state * u[(std::int64_t{j} * 3 + q) * units + k];
        }
      const float earlier = t > 0 ? states[before + pair] : 0.0f;
      const float update = activated(s.gate, gate[0] + b[k] + z[0]),
                  reset = activated(s.gate, gate[units] + b[units + k] + z[1]);
      gate[0] = update, gate[units] = reset;
      if (reset_after) {
        const float c = activated(s.activation, gate[2 * units] + b[2 * units + k] + reset * z[2]);
        gate[2 * units] = c;
        *inside = z[2];
        h[at * units + k] = states[now + pair] = update * earlier + (1 - update) * c;
      } else {
        *inside = states[passed + pair] = reset * earlier;
      }
    }
    __syncthreads();
    if (!reset_after) {
      for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
        const int row = pair / units, k = pair % units;
        const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
        float* gate = gates + at * g + k;
        float z = gate[2 * units] + b[2 * units + k];
        if (t > 0)
          for (int j = 0; j < units; ++j)
            z += states[passed + row * units + j] * u[(std::int64_t{j} * 3 + 2) * units + k];
        const float c = activated(s.activation, z), earlier = t > 0 ? states[before + pair] : 0.0f;
        gate[2 * units] = c;
        h[at * units + k] = states[now + pair] = gate[0] * earlier + (1 - gate[0]) * c;
      }
      __syncthreads();
    }
    const int other = now;
    now = before, before = other;
  }
}

/// dz and dinner of every step, from the last one on. `transposed` is u with its axes exchanged,
/// [M, 3U, U].
__global__ void __launch_bounds__(256)
    gru_backward_kernel(StepsShape s, bool reset_after, const float* transposed, const float* gates,
                        const float* inner, const float* h, const float* dh, float* dz,
                        float* dinner) {
  // Of the step after and of this one, in turn, the gradients of what u made: [2, rows, 3U]; and
  // the part of h's gradient that comes past the gates: [rows, U].
  DynamicShared<float> shared;
  const int units = s.units, first = blockIdx.x * s.rows_of_block, g = 3 * units;
  const int pairs = min(s.rows_of_block, s.batch - first) * units;
  const int past = 2 * s.rows_of_block * g, columns = reset_after ? g : 2 * units;
  transposed += std::int64_t{blockIdx.y} * units * g;
  int now = 0, after = s.rows_of_block * g;
  for (int t = s.steps - 1; t >= 0; --t) {
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
      const int row = pair / units, k = pair % units;
      const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
      const float *gate = gates + at * g + k, *state = h + at * units + k;
      float *gradient = dz + at * g + k, dstate = dh[at * units + k];
      if (t < s.steps - 1) {
        dstate += shared[past + pair];
        for (int j = 0; j < columns; ++j)
          dstate += shared[after + row * g + j] * transposed[std::int64_t{j} * units + k];
      }
      const float update = gate[0], reset = gate[units], c = gate[2 * units];
      const float earlier = t > 0 ? state[-units] : 0;
      const int to = now + row * g + k;
      const float of_candidate = dstate * (1 - update) * derivative_from_output(s.activation, c);
      gradient[0] = shared[to] = dstate * (earlier - c) * derivative_from_output(s.gate, update);
      gradient[2 * units] = of_candidate;
      shared[past + pair] = dstate * update;
      if (reset_after) {
        gradient[units] = shared[to + units] =
            of_candidate * inner[at * units + k] * derivative_from_output(s.gate, reset);
        dinner[at * units + k] = shared[to + 2 * units] = of_candidate * reset;
      } else {
        shared[to + 2 * units] = of_candidate;
      }
    }
    __syncthreads();
    if (!reset_after) {
      for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
        const int row = pair / units, k = pair % units;
        const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
        const float reset = gates[at * g + units + k],
                    earlier = t > 0 ? h[(at - 1) * units + k] : 0;
        float sum = 0;
        for (int j = 2 * units; j < g; ++j)
          sum += shared[now + row * g + j] * transposed[std::int64_t{j} * units + k];
        dinner[at * units + k] = sum;
        dz[at * g + units + k] = shared[now + row * g + units + k] =
            sum * earlier * derivative_from_output(s.gate, reset);
        shared[past + pair] += sum * reset;
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
  const int floats = forward_floats * static_cast<int>(shape.units);
  const StepsShape s = steps_shape("gru", shape, floats);
  project_inputs(s, 3 * s.units, x, w, nullptr, gates);
  launch<gru_kernel>(steps_grid(s, floats), s, shape.reset_after, u, b, gates, inner, h);
}

void GpuBackend::gru_backward(const RecurrentShape& shape, const float* x, const float* w,
                              const float* u, const float* gates, const float* inner,
                              const float* h, const float* dh, float* dz, float* dinner, float* dx,
                              float* dw, float* du, float* db) {
  const int floats = backward_floats * static_cast<int>(shape.units);
  const StepsShape s = steps_shape("gru", shape, floats);
  const bool reset_after = shape.reset_after;
  const int units = s.units, g = 3 * units, rows = s.batch * s.steps;
  launch<gru_backward_kernel>(steps_grid(s, floats), s, reset_after, transposed(s, g, u), gates,
                              inner, h, dh, dz, dinner);
  input_gradients(s, g, x, w, dz, dx, dw);
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
