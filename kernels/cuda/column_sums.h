#pragma once
#include "kernels/cuda/scratch.h"

namespace tutti::kernels::TUTTI_GPU {

namespace column_sums_of {

constexpr int across = 32, down = 8, rows_a_part = 512;
constexpr int rows_ahead = 12;  // of a thread: their values are asked for before one is added

__host__ __device__ inline std::int64_t parts_of(std::int64_t rows) {
  return pieces<std::int64_t>(rows, rows_a_part);
}

/// blockIdx.x: tile of columns, part of the rows, member. sums is [parts, members, columns].
template <class Value>
__global__ void __launch_bounds__(across* down, 2)  // leaves registers for all that is asked for
    kernel(std::int64_t members, std::int64_t rows, std::int64_t columns, float scale, Value value,
           float* sums) {
  __shared__ SharedArray<float, across * down> of_threads;
  int block = blockIdx.x;
  const std::int64_t tile =
                         next_axis(block, static_cast<int>(pieces<std::int64_t>(columns, across))),
                     part = next_axis(block, static_cast<int>(parts_of(rows))), member = block;
  const std::int64_t column = tile * across + threadIdx.x;
  const std::int64_t first = part * rows_a_part, end = min(rows, first + rows_a_part);
  float sum = 0;
  if (column < columns)
    for (std::int64_t r = first + threadIdx.y; r < end; r += rows_ahead * down) {
      const int last = static_cast<int>(end - 1 - r);
      float values[rows_ahead];
#pragma unroll
      for (int n = 0; n < rows_ahead; ++n)
        values[n] = value(member, r + min(n * down, last), column);
#pragma unroll
      for (int n = 0; n < rows_ahead; ++n) sum += n * down <= last ? values[n] : 0;
    }
  of_threads[threadIdx.y * across + threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || column >= columns) return;
  for (int n = 1; n < down; ++n) sum += of_threads[n * across + threadIdx.x];
  sums[(part * members + member) * columns + column] = scale * sum;
}

}  // namespace column_sums_of

/// The memory that column_sums() computes in, in floats.
inline std::int64_t column_sums_scratch(std::int64_t members, std::int64_t rows,
                                        std::int64_t columns) {
  const std::int64_t parts = column_sums_of::parts_of(rows);
  return parts == 1 ? 0 : parts * members * columns;
}

/// sums[m, c] = scale * the sum over r of value(m, r, c), computed in `work`.
template <class Value>
void column_sums(std::int64_t members, std::int64_t rows, std::int64_t columns, float scale,
                 Value value, float* sums, float* work) {
  using namespace column_sums_of;
  const std::int64_t parts = parts_of(rows);
  float* of_parts = parts == 1 ? sums : work;
  launch<kernel<Value>>(
      {along_x(pieces<std::int64_t>(columns, across) * parts * members), {across, down}}, members,
      rows, columns, scale, value, of_parts);
  if (parts > 1) sum_parts(parts, members * columns, of_parts, sums);
}

/// The same in scratch.
template <class Value>
void column_sums(std::int64_t members, std::int64_t rows, std::int64_t columns, float scale,
                 Value value, float* sums) {
  const std::int64_t work = column_sums_scratch(members, rows, columns);
  column_sums(members, rows, columns, scale, value, sums, work > 0 ? scratch(work) : nullptr);
}

}  // namespace tutti::kernels::TUTTI_GPU
