#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/recurrent.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int shared_floats = 2;  // of shared memory a row and unit

/// h comes in as x w + b. A thread has the same units of the same rows at every step.
__global__ void __launch_bounds__(256) simple_rnn_kernel(StepsShape s, const float* u, float* h) {
  DynamicShared<float> states;  // h of the step before and of this one, in turn: [2, rows, U]
  const int units = s.units, first = blockIdx.x * s.rows_of_block;
  const int pairs = min(s.rows_of_block, s.batch - first) * units;
  u += std::int64_t{blockIdx.y} * units * units;
  int now = 0, before = s.rows_of_block * units;
  for (int t = 0; t < s.steps; ++t) {
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
      const int row = pair / units, k = pair % units;
      const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
      float z = h[at * units + k];
      if (t > 0)
        for (int j = 0; j < units; ++j)
          z += states[before + row * units + j] * u[std::int64_t{j} * units + k];
      h[at * units + k] = states[now + pair] = activated(s.activation, z);
    }
    __syncthreads();
    const int other = now;
    now = before, before = other;
  }
}

/// dz of every step, from the last one on. `transposed` is u with its axes exchanged.
__global__ void __launch_bounds__(256)
    simple_rnn_backward_kernel(StepsShape s, const float* transposed, const float* h,
                               const float* dh, float* dz) {
  DynamicShared<float> gradients;  // dz of the step after and of this one, in turn: [2, rows, U]
  const int units = s.units, first = blockIdx.x * s.rows_of_block;
  const int pairs = min(s.rows_of_block, s.batch - first) * units;
  transposed += std::int64_t{blockIdx.y} * units * units;
  int now = 0, after = s.rows_of_block * units;
  for (int t = s.steps - 1; t >= 0; --t) {
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
      const int row = pair / units, k = pair % units;
      const std::int64_t at = (std::int64_t{blockIdx.y} * s.batch + first + row) * s.steps + t;
      float dstate = dh[at * units + k];
      if (t < s.steps - 1)
        for (int j = 0; j < units; ++j)
          dstate += gradients[after + row * units + j] * transposed[std::int64_t{j} * units + k];
      const float state = h[at * units + k],
                  gradient = dstate * derivative_from_output(s.activation, state);
      dz[at * units + k] = gradient;
      gradients[now + pair] = gradient;
    }
    __syncthreads();
    const int other = now;
    now = after, after = other;
  }
}

}  // namespace

void GpuBackend::simple_rnn(const RecurrentShape& shape, const float* x, const float* w,
                            const float* u, const float* b, float* h) {
  const int floats = shared_floats * static_cast<int>(shape.units);
  const StepsShape s = steps_shape("simple_rnn", shape, floats);
  project_inputs(s, s.units, x, w, b, h);
  launch<simple_rnn_kernel>(steps_grid(s, floats), s, u, h);
}

void GpuBackend::simple_rnn_backward(const RecurrentShape& shape, const float* x, const float* w,
                                     const float* u, const float* h, const float* dh, float* dz,
                                     float* dx, float* dw, float* du, float* db) {
  const int floats = shared_floats * static_cast<int>(shape.units);
  const StepsShape s = steps_shape("simple_rnn", shape, floats);
  launch<simple_rnn_backward_kernel>(steps_grid(s, floats), s, transposed(s, s.units, u), h, dh,
                                     dz);
  recurrent_gradients(s, s.units, x, w, h, dz, dx, dw, du, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
