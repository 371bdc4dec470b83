#include "kernels/cuda/gpu_backend.h"
#include "kernels/cuda/scratch.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

constexpr int across = 32, down = 8, rows_a_part = 512;

/// blockIdx: x tile of features, y part of the rows, z member. sums is [parts, members, features].
__global__ void __launch_bounds__(across* down)
    bias_backward_kernel(std::int64_t rows, std::int64_t features, const float* dy, float* sums) {
  __shared__ SharedArray<float, across * down> of_threads;
  const std::int64_t feature = std::int64_t{blockIdx.x} * across + threadIdx.x;
  const std::int64_t first = std::int64_t{blockIdx.y} * rows_a_part,
                     end = min(rows, first + rows_a_part);
  dy += blockIdx.z * rows * features;
  float sum = 0;
  if (feature < features)
    for (std::int64_t r = first + threadIdx.y; r < end; r += down)
      sum += dy[r * features + feature];
  of_threads[threadIdx.y * across + threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || feature >= features) return;
  for (int n = 1; n < down; ++n) sum += of_threads[n * across + threadIdx.x];
  sums[(std::int64_t{blockIdx.y} * gridDim.z + blockIdx.z) * features + feature] = sum;
}

}  // namespace

void GpuBackend::bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                               const float* dy, float* db) {
  const std::int64_t parts = (rows + rows_a_part - 1) / rows_a_part;
  float* sums = parts == 1 ? db : scratch(parts * members * features);
  launch<bias_backward_kernel>({{static_cast<unsigned>((features + across - 1) / across),
                                 static_cast<unsigned>(parts), static_cast<unsigned>(members)},
                                {across, down}},
                               rows, features, dy, sums);
  if (parts > 1) sum_parts(parts, members * features, sums, db);
}

}  // namespace tutti::kernels::TUTTI_GPU
