#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/parameter_list.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/scratch.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

using Gradients = ParameterList<ClippedGradient<float>>;

constexpr int clip_threads = 256, a_clip_thread = 32,
              a_block = clip_threads * a_clip_thread;  // elements

/// blockIdx: x piece of a gradient, y member. sums is [pieces, members].
__global__ void __launch_bounds__(clip_threads) squares_kernel(Gradients gradients, float* sums) {
  __shared__ SharedArray<float, clip_threads / 32> of_warps;
  std::int64_t piece = blockIdx.x;
  const auto& of = gradients.of_piece(piece, a_block);
  const float* g = of.g + blockIdx.y * of.size;
  float sum = 0;
  for (int n = 0; n < a_clip_thread; ++n) {
    const std::int64_t i = (piece * a_clip_thread + n) * clip_threads + threadIdx.x;
    if (i < of.size) sum += g[i] * g[i];
  }
  sum = block_sum(warp_sum(sum), of_warps);
  if (threadIdx.x == 0) sums[std::int64_t{blockIdx.x} * gridDim.y + blockIdx.y] = sum;
}

}  // namespace

void GpuBackend::clip_by_global_norm(std::int64_t members,
                                     std::span<const ClippedGradient<float>> gradients,
                                     double max_norm, float* norms) {
  std::int64_t parts = 0;
  for (const auto& gradient : gradients) parts += pieces<std::int64_t>(gradient.size, a_block);
  float* const sums = scratch(parts * members);
  std::int64_t done = 0;
  for (auto rest = gradients; !rest.empty();) {
    const auto list = Gradients::first_of(rest);
    const std::int64_t count = list.pieces_of(a_block);
    launch<squares_kernel>(
        {{static_cast<unsigned>(count), static_cast<unsigned>(members)}, {clip_threads}}, list,
        sums + done * members);
    done += count;
  }
  for_each(members, [=] __device__(std::int64_t m) {
    float sum = 0;
    for (std::int64_t p = 0; p < parts; ++p) sum += sums[p * members + m];
    norms[m] = sqrtf(sum);
  });
  const float most = static_cast<float>(max_norm);
  for_each_element(
      members, gradients,
      [=] __device__(const ClippedGradient<float>& of, std::int64_t m, std::int64_t i) {
        of.clipped[i] = clipping_factor(most, norms[m]) * of.g[i];
      });
}

}  // namespace tutti::kernels::TUTTI_GPU
