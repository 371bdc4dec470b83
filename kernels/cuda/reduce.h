#pragma once
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// The sum and the largest of a warp's values, in every lane.
__device__ inline float warp_sum(float value) {
#pragma unroll
  for (int other = 16; other > 0; other /= 2) value += __shfl_xor_sync(all_lanes, value, other);
  return value;
}
__device__ inline float warp_max(float value) {
#pragma unroll
  for (int other = 16; other > 0; other /= 2)
    value = fmaxf(value, __shfl_xor_sync(all_lanes, value, other));
  return value;
}

/// The sum of what the warps of a block bring, one value each, in thread 0. `sums` is [warps].
template <class Shared>
__device__ float block_sum(float of_warp, Shared& sums) {
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = of_warp;
  __syncthreads();
  float sum = 0;
  if (threadIdx.x == 0)
    for (int warp = 0; warp < static_cast<int>(blockDim.x / 32); ++warp) sum += sums[warp];
  return sum;
}

}  // namespace tutti::kernels::TUTTI_GPU
