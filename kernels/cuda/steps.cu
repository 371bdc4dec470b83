#include <cmath>

#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/reduce.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int judge_warps = 8;

/// Whether the losses of all members are; the same in all lanes of a warp.
__device__ bool are_finite(std::int64_t members, const float* losses) {
  bool finite = true;
  for (std::int64_t m = threadIdx.x % 32; m < members; m += 32)
    finite = finite && std::isfinite(losses[m]);
  return __all_sync(all_lanes, finite);
}

__device__ bool is_largest(std::int64_t classes, const float* values, int which) {
  bool largest = true;
  for (int k = 0; k < classes; ++k)
    largest = largest && (k < which ? values[k] < values[which] : values[k] <= values[which]);
  return largest;
}

/// One block; its warps take members in turn, their lanes a member's examples.
__global__ void __launch_bounds__(32 * judge_warps)
    judge_kernel(StepShape s, const float* loss, const float* probabilities,
                 const std::int32_t* labels, const float* table, std::int32_t* step,
                 float* outcomes, float* rates) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  const std::int64_t at = *step, size = s.rates * s.members;
  float* const outcome = outcomes + at * 2 * s.members;
  const bool stopped = at > 0 && !are_finite(s.members, outcome - 2 * s.members);
  const bool counts = are_finite(s.members, loss) && !stopped;
  for (std::int64_t m = threadIdx.x / 32; m < s.members; m += judge_warps) {
    float right = 0;
    for (std::int64_t r = m * s.batch + lane; r < (m + 1) * s.batch; r += 32)
      right += is_largest(s.classes, probabilities + r * s.classes, labels[r]) ? 1 : 0;
    right = warp_sum(right);
    if (lane == 0) {
      outcome[m] = stopped ? NAN : loss[m];
      outcome[s.members + m] = right;
    }
  }
  for (std::int64_t i = threadIdx.x; i < size; i += 32 * judge_warps)
    rates[i] = counts ? table[at * size + i] : NAN;
  __syncthreads();  // all have read *step
  if (threadIdx.x == 0) *step = static_cast<std::int32_t>(at) + 1;
}

}  // namespace

void GpuBackend::begin_step(std::int64_t count, std::int64_t row, const std::int32_t* table,
                            const std::int32_t* step, std::int32_t* numbers) {
  for_each(count, [=] __device__(std::int64_t i) { numbers[i] = table[*step * row + i]; });
}

void GpuBackend::judge_step(const StepShape& s, const float* loss, const float* probabilities,
                            const std::int32_t* labels, const float* table, std::int32_t* step,
                            float* outcomes, float* rates) {
  launch<judge_kernel>({{1}, {32 * judge_warps}}, s, loss, probabilities, labels, table, step,
                       outcomes, rates);
}

}  // namespace tutti::kernels::TUTTI_GPU
