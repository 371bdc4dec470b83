#pragma once
#include <algorithm>

#include "kernels/cuda/for_each.h"
#include "kernels/cuda/scratch.h"
#include "kernels/precision.h"
#include "kernels/support/error.h"

/// The matrix product that convolution, dense and recurrent layers share. An operand is anything
/// with
///   float at(int member, int row, int k) const;   // its element
///   bool along_depth() const;                     // whether neighbors in k lie side by side
/// so that a convolution's windows need no copy. A result is anything with
///   Result of(int part, int member) const;   // itself, at a part of a member's
///   Old read(int row, int column) const;     // what a write needs of the memory
///   void write(int row, int column, const Pair& sums, const Old&) const;
/// for the sums at an even column and, unless the row ends there, at the next one.
namespace tutti::kernels::TUTTI_GPU {

/// C[m] = A[m] B[m]^T: A is [rows, depth], B [columns, depth], C [rows, columns].
struct GemmShape {
  int members, rows, columns, depth;
};

/// A matrix in memory, either way round.
struct Matrix {
  const float* data;
  std::int64_t member_stride, row_stride, depth_stride;

  __device__ float at(int member, int row, int k) const {
    return data[member * member_stride + row * row_stride + k * depth_stride];
  }
  __device__ bool along_depth() const { return depth_stride == 1; }
};

/// [members, rows, columns] in memory, with the depth of the product along its columns or its rows.
inline Matrix by_rows(const float* data, std::int64_t rows, std::int64_t columns) {
  return {data, rows * columns, columns, 1};
}
inline Matrix by_columns(const float* data, std::int64_t rows, std::int64_t columns) {
  return {data, rows * columns, 1, columns};
}

/// Neighbors of a row.
struct alignas(2 * sizeof(float)) Pair {
  float first, second;
};

/// Whether a pair at an even column of the array is one piece of memory.
__host__ __device__ inline bool has_whole_pairs(const float* array, int columns) {
  return columns % 2 == 0 && reinterpret_cast<std::uintptr_t>(array) % sizeof(Pair) == 0;
}
__device__ inline Pair read_pair(const float* from, bool whole, bool both) {
  if (whole) return *reinterpret_cast<const Pair*>(from);
  return {from[0], both ? from[1] : 0};
}
__device__ inline void write_pair(float* to, bool whole, bool both, const Pair& pair) {
  if (whole) {
    *reinterpret_cast<Pair*>(to) = pair;
  } else {
    to[0] = pair.first;
    if (both) to[1] = pair.second;
  }
}

/// C in memory, [parts, members, rows, columns], with a bias [members, columns] unless it is null.
struct Stored {
  const float* bias;
  float* c;
  int members, rows, columns;

  __device__ Stored of(int part, int member) const {
    return {bias ? bias + std::int64_t{member} * columns : nullptr,
            c + (std::int64_t{part} * members + member) * rows * columns, members, rows, columns};
  }

  using Old = Pair;  // the bias
  __device__ Pair read(int, int column) const {
    return bias ? read_pair(bias + column, false, column + 1 < columns) : Pair{};
  }
  __device__ void write(int row, int column, const Pair& sums, const Pair& biases) const {
    write_pair(c + std::int64_t{row} * columns + column, has_whole_pairs(c, columns),
               column + 1 < columns, {sums.first + biases.first, sums.second + biases.second});
  }
};

namespace gemm {

constexpr int tile = 64, depth_tile = 16;  // of C, and of one step of the sum
constexpr int threads = 128, warps_across = 2;
constexpr int pairs = tile * depth_tile / 2 / threads;  // of neighbors in k, loaded by a thread
using Sums = float[tile * tile / threads / 4][4];       // of a thread, in two pairs of neighbors
/// Of results: what they need is asked for before any is written.
constexpr int pairs_read_ahead = 8;

/// A thread's outputs on CUDA cores: 8 rows and 2 pairs of columns, 8 and 32 apart.
struct Fp32 {
  using Word = float;
  static constexpr int pitch = depth_tile + 1;  // words per row in shared memory; odd: no conflicts

  template <class Tile>
  __device__ static void store(Tile& words, int row, int pair, float low, float high) {
    words[row * pitch + 2 * pair] = low;
    words[row * pitch + 2 * pair + 1] = high;
  }
  template <class Tile>
  __device__ static void multiply(Tile& a, Tile& b, int stage, Sums& sums) {
    const int row = row_of(0, 0);
#pragma unroll
    for (int k = 0; k < depth_tile; ++k) {
      float left[8], right[4];
#pragma unroll
      for (int i = 0; i < 8; ++i) left[i] = a[(stage + row + 8 * i) * pitch + k];
#pragma unroll
      for (int j = 0; j < 4; ++j) right[j] = b[(stage + column_of(0, j)) * pitch + k];
#pragma unroll
      for (int i = 0; i < 8; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] += left[i] * right[j];
    }
  }
  __device__ static int row_of(int i, int) { return threadIdx.x / 16 + 8 * i; }
  __device__ static int column_of(int, int j) { return threadIdx.x % 16 * 2 + j % 2 + j / 2 * 32; }
};

/// Outputs on tensor cores: a warp has 32 x 32, in 2 x 4 products of 16 x 8. Lane 4 g + t holds
/// rows g and g + 8 of the left operand and column g of the right one.
struct TensorCores {
  __device__ static int warp_row() { return threadIdx.x / 32 / warps_across * 32; }
  __device__ static int warp_column() { return threadIdx.x / 32 % warps_across * 32; }
  __device__ static int row_of(int i, int j) {
    return warp_row() + i / 4 * 16 + j / 2 * 8 + threadIdx.x % 32 / 4;
  }
  __device__ static int column_of(int i, int j) {
    return warp_column() + i % 4 * 8 + threadIdx.x % 4 * 2 + j % 2;
  }

  /// The products of the words [k, k + 8) of every row.
  template <int pitch, class Tile, class Multiply>
  __device__ static void multiply_words(Tile& a, Tile& b, int stage, int k, Sums& sums,
                                        Multiply mma) {
    const int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    std::uint32_t right[4][2];
#pragma unroll
    for (int j = 0; j < 4; ++j)
#pragma unroll
      for (int half = 0; half < 2; ++half)
        right[j][half] = b[(stage + warp_column() + 8 * j + g) * pitch + k + t + 4 * half];
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      std::uint32_t left[4];
#pragma unroll
      for (int n = 0; n < 4; ++n)
        left[n] = a[(stage + warp_row() + 16 * i + 8 * (n % 2) + g) * pitch + k + t + 4 * (n / 2)];
#pragma unroll
      for (int j = 0; j < 4; ++j) mma(sums[4 * i + j], left, right[j]);
    }
  }
};

struct Tf32 : TensorCores {
  using Word = std::uint32_t;
  static constexpr int pitch = depth_tile + 4;  // 20 g + t: no conflicts

  template <class Tile>
  __device__ static void store(Tile& words, int row, int pair, float low, float high) {
    words[row * pitch + 2 * pair] = round_to_tf32(low);
    words[row * pitch + 2 * pair + 1] = round_to_tf32(high);
  }
  template <class Tile>
  __device__ static void multiply(Tile& a, Tile& b, int stage, Sums& sums) {
#pragma unroll
    for (int k = 0; k < depth_tile; k += 8)
      multiply_words<pitch>(a, b, stage, k, sums, [](auto& d, const auto& left, const auto& right) {
        mma_m16n8k8_tf32(d, left, right);
      });
  }
};

struct Bf16 : TensorCores {
  using Word = std::uint32_t;                       // two values
  static constexpr int pitch = depth_tile / 2 + 4;  // 12 g + t: no conflicts

  template <class Tile>
  __device__ static void store(Tile& words, int row, int pair, float low, float high) {
    words[row * pitch + pair] = round_to_bf16x2(low, high);
  }
  template <class Tile>
  __device__ static void multiply(Tile& a, Tile& b, int stage, Sums& sums) {
    multiply_words<pitch>(a, b, stage, 0, sums, [](auto& d, const auto& left, const auto& right) {
      mma_m16n8k16_bf16(d, left, right);
    });
  }
};

/// What one thread brings of a tile from global to shared memory: pairs of neighbors in k.
struct Load {
  float low[pairs], high[pairs];

  __device__ static int row_of(int n, bool along_depth) {
    const int pair = threadIdx.x + n * threads;
    return along_depth ? pair / (depth_tile / 2) : pair % tile;
  }
  __device__ static int pair_of(int n, bool along_depth) {
    const int pair = threadIdx.x + n * threads;
    return along_depth ? pair % (depth_tile / 2) : pair / tile;
  }

  /// Rows from `first_row` and k from `first`; zeros beyond `rows` and `end`.
  template <class Operand>
  __device__ void read(const Operand& x, int member, int first_row, int rows, int first, int end) {
#pragma unroll
    for (int n = 0; n < pairs; ++n) {
      const int row = first_row + row_of(n, x.along_depth());
      const int k = first + 2 * pair_of(n, x.along_depth());
      low[n] = row < rows && k < end ? x.at(member, row, k) : 0;
      high[n] = row < rows && k + 1 < end ? x.at(member, row, k + 1) : 0;
    }
  }
  template <class Math, class Tile>
  __device__ void store(Tile& words, int stage, bool along_depth) const {
#pragma unroll
    for (int n = 0; n < pairs; ++n)
      Math::store(words, stage + row_of(n, along_depth), pair_of(n, along_depth), low[n], high[n]);
  }
};

/// blockIdx.x: tile of rows, tile of columns, member, part of the depth. The next tiles are read
/// while the present ones are multiplied.
template <class Math, class A, class B, class To>
__global__ void __launch_bounds__(threads, 2)
    kernel(GemmShape s, int depth_of_part, A a, B b, To to) {
  __shared__ SharedArray<typename Math::Word, 2 * tile * Math::pitch> tiles_a;
  __shared__ SharedArray<typename Math::Word, 2 * tile * Math::pitch> tiles_b;
  int block = blockIdx.x;
  const int first_row = next_axis(block, pieces(s.rows, tile)) * tile,
            first_column = next_axis(block, pieces(s.columns, tile)) * tile,
            member = next_axis(block, s.members), part = block;
  const int begin = part * depth_of_part, end = min(s.depth, begin + depth_of_part);

  Sums sums = {};
  Load next_a, next_b;
  next_a.read(a, member, first_row, s.rows, begin, end);
  next_b.read(b, member, first_column, s.columns, begin, end);
  int stage = 0;  // the first row of the tiles in use: there are two of each
  for (int k = begin; k < end; k += depth_tile) {
    next_a.template store<Math>(tiles_a, stage, a.along_depth());
    next_b.template store<Math>(tiles_b, stage, b.along_depth());
    __syncthreads();
    if (k + depth_tile < end) {
      next_a.read(a, member, first_row, s.rows, k + depth_tile, end);
      next_b.read(b, member, first_column, s.columns, k + depth_tile, end);
    }
    Math::multiply(tiles_a, tiles_b, stage, sums);
    stage = tile - stage;
  }

  const auto result = to.of(part, member);
#pragma unroll
  for (int first = 0; first < tile * tile / threads / 2; first += pairs_read_ahead) {
    typename To::Old old[pairs_read_ahead] = {};
    const auto each = [&](auto use) {
#pragma unroll
      for (int n = 0; n < pairs_read_ahead; ++n) {
        const int i = (first + n) / 2, j = (first + n) % 2 * 2;
        const int row = first_row + Math::row_of(i, j),
                  column = first_column + Math::column_of(i, j);
        if (row < s.rows && column < s.columns)
          use(row, column, Pair{sums[i][j], sums[i][j + 1]}, old[n]);
      }
    };
    each([&](int row, int column, const Pair&, auto& of_pair) {
      of_pair = result.read(row, column);
    });
    each([&](int row, int column, const Pair& of_sums, const auto& of_pair) {
      result.write(row, column, of_sums, of_pair);
    });
  }
}

/// Into how many parts the depth is cut so that one member alone fills a GPU. It depends on the
/// shape of one member: its sums are the same alone and beside others. Few tiles are cut into
/// shorter parts, whose sums are few enough to be added at little cost.
inline int parts_of(const GemmShape& s) {
  constexpr int wanted_blocks = 256, few_blocks = 32;
  const auto tiles = [](int length) { return pieces(length, tile); };
  const int blocks = tiles(s.rows) * tiles(s.columns);
  const int least_depth = blocks <= few_blocks ? 128 : 256;
  return std::clamp(std::min(wanted_blocks / blocks, s.depth / least_depth), 1, 64);
}

/// The sum of parts, [parts, members, rows, columns], in order.
template <class To>
void add_parts(const GemmShape& s, int parts, const float* sums, const To& to) {
  const std::int64_t size = std::int64_t{s.rows} * s.columns, all = s.members * size;
  const int pairs_of_row = pieces(s.columns, 2);
  for_each(s.members, std::int64_t{s.rows} * pairs_of_row,
           [=] __device__(std::int64_t m, std::int64_t i) {
             const auto result = to.of(0, static_cast<int>(m));
             const int row = static_cast<int>(i / pairs_of_row),
                       column = static_cast<int>(i % pairs_of_row) * 2;
             const auto old = result.read(row, column);
             const float* from = sums + m * size + std::int64_t{row} * s.columns + column;
             const int next = column + 1 < s.columns ? 1 : 0;
             Pair sum{};
             for (int p = 0; p < parts; ++p, from += all)
               sum.first += from[0], sum.second += from[next];
             result.write(row, column, sum, old);
           });
}

template <class Math, class A, class B, class To>
void run(const GemmShape& s, const A& a, const B& b, const To& to) {
  const int depth_of_part = pieces(pieces(s.depth, depth_tile), parts_of(s)) * depth_tile;
  const int parts = pieces(s.depth, depth_of_part);
  const std::int64_t size = std::int64_t{s.members} * s.rows * s.columns;
  const Grid grid{
      along_x(std::int64_t{pieces(s.rows, tile)} * pieces(s.columns, tile) * s.members * parts),
      {threads}};
  if (parts == 1) return launch<kernel<Math, A, B, To>>(grid, s, depth_of_part, a, b, to);
  float* sums = scratch(parts * size);
  launch<kernel<Math, A, B, Stored>>(grid, s, depth_of_part, a, b,
                                     Stored{nullptr, sums, s.members, s.rows, s.columns});
  add_parts(s, parts, sums, to);
}

/// A length as the kernels' integers; an Error that names the operation if it is too long for them.
inline int length(std::int64_t value, const char* operation) {
  if (value > 2147483647 / 2)
    throw Error(operation, ": ", value,
                " rows or columns are too many for a GPU; take a smaller batch");
  return static_cast<int>(value);
}

}  // namespace gemm

/// a b^T, in the precision that is set.
template <class A, class B, class To>
void multiply(const GemmShape& shape, const A& a, const B& b, const To& to) {
  switch (precision()) {
    case Precision::fp32:
      return gemm::run<gemm::Fp32>(shape, a, b, to);
    case Precision::tf32:
      return gemm::run<gemm::Tf32>(shape, a, b, to);
    case Precision::bf16:
      return gemm::run<gemm::Bf16>(shape, a, b, to);
  }
}

/// c = a b^T + bias: [members, columns], or null.
template <class A, class B>
void multiply(const GemmShape& shape, const A& a, const B& b, const float* bias, float* c) {
  multiply(shape, a, b, Stored{bias, c, shape.members, shape.rows, shape.columns});
}

/// The same of two matrices in memory, compiled once.
void multiply_matrices(const GemmShape& shape, const Matrix& a, const Matrix& b, const float* bias,
                       float* c);

}  // namespace tutti::kernels::TUTTI_GPU
