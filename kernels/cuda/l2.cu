#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/scratch.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int l2_threads = 256, an_l2_thread = 32;  // elements

/// blockIdx: x part of the member, y member. sums is [parts, members].
__global__ void __launch_bounds__(l2_threads)
    l2_kernel(std::int64_t size, float coefficient, const float* w, float* sums) {
  __shared__ SharedArray<float, l2_threads / 32> of_warps;
  w += blockIdx.y * size;
  float sum = 0;
  for (int n = 0; n < an_l2_thread; ++n) {
    const std::int64_t i = (std::int64_t{blockIdx.x} * an_l2_thread + n) * l2_threads + threadIdx.x;
    if (i < size) sum += w[i] * w[i];
  }
  sum = block_sum(warp_sum(sum), of_warps);
  if (threadIdx.x == 0) sums[blockIdx.x * gridDim.y + blockIdx.y] = coefficient * sum;
}

}  // namespace

void GpuBackend::l2(std::int64_t members, std::int64_t size, double coefficient, const float* w,
                    float* loss) {
  constexpr int a_block = l2_threads * an_l2_thread;
  const std::int64_t parts = pieces<std::int64_t>(size, a_block);
  float* sums = parts == 1 ? loss : scratch(parts * members);
  launch<l2_kernel>({{static_cast<unsigned>(parts), static_cast<unsigned>(members)}, {l2_threads}},
                    size, static_cast<float>(coefficient), w, sums);
  if (parts > 1) sum_parts(parts, members, sums, loss);
}

void GpuBackend::l2_backward(std::int64_t members, std::int64_t size, double coefficient,
                             const float* w, const float* dloss, float* dw) {
  const float twice = static_cast<float>(2 * coefficient);
  for_each(members, size, [=] __device__(std::int64_t m, std::int64_t n) {
    dw[m * size + n] = twice * dloss[m] * w[m * size + n];
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
