#pragma once
#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/conv2d_rows.h"
#include "kernels/cuda/gemm.h"

/// What the kernels of conv2d_rows.h share: the product of a block, [128 rows] x [104 filters]. Its
/// left operand is bytes, which bf16 and tf32 hold exactly; the sums are scaled, and an offset
/// added to every byte is its multiple of the right operand's sum. That one is packed once and read
/// by every block.
namespace tutti::kernels::TUTTI_GPU::conv2d_rows_of {

constexpr int threads = 128, rows_of_warp = 32, rows_of_tile = 128;
constexpr int columns_of_tile = 104;  // of filters, in steps of 8; 104 t + g: no bank conflicts
constexpr int word_rows = 16;         // of the right operand on chip at a time
constexpr int words_of_tile = word_rows * columns_of_tile;
constexpr int row_words = 32;  // of a picture's row on chip

/// Conv2dShape in the kernels' integers.
struct RowsShape {
  int members, batch, height, width, kernel_height, filters, stride, windows;  // of a picture

  __host__ __device__ int positions() const { return batch * windows; }
  __host__ __device__ int taps() const { return kernel_height * width; }
};

/// A lane's share of 32 x 104 sums: rows g and g + 8 of two products of 16 rows, columns 2 t and
/// 2 t + 1 of 13 products of 8. g is its group of four lanes, t its place in it.
using Sums = float[2][columns_of_tile / 8][4];

__device__ inline int group() { return threadIdx.x % 32 / 4; }
__device__ inline int place() { return threadIdx.x % 4; }

/// Calls visit(row, n, pair) for each of a lane's pairs of sums, at columns 8 n + 2 place() of the
/// block's tile; row_of(r) is where its rows r = 0 to 3 on the left came from.
template <class RowOf, class Visit>
__device__ void each_pair(const Sums& sums, RowOf row_of, Visit visit) {
#pragma unroll
  for (int r = 0; r < 4; ++r)
#pragma unroll
    for (int n = 0; n < columns_of_tile / 8; ++n) {
      const float* of = sums[r / 2][n] + r % 2 * 2;
      visit(row_of(r), n, Pair{of[0], of[1]});
    }
}

/// What a lane has of the left operand for 16 steps of the sum: four rows by four neighbors in k,
/// those from 4 t. Its rows are g and g + 8 of the first product and of the second. Any order of k
/// will do that is the same on the right.
using Left = float[4][4];

struct Bf16Rows {
  static constexpr int values_of_word = 2;

  __device__ static std::uint32_t word(const float* values) {
    return round_to_bf16x2(values[0], values[1]);
  }
  __device__ static float rounded(float value) { return low_of_bf16x2(round_to_bf16x2(value, 0)); }
  template <class Tile>
  __device__ static void multiply(const Left& v, Tile& right, int row, Sums& sums) {
    const std::uint32_t first[4] = {word(v[0]), word(v[1]), word(v[0] + 2), word(v[1] + 2)};
    const std::uint32_t second[4] = {word(v[2]), word(v[3]), word(v[2] + 2), word(v[3] + 2)};
#pragma unroll
    for (int n = 0; n < columns_of_tile / 8; ++n) {
      const int at = (row + place()) * columns_of_tile + 8 * n + group();
      const std::uint32_t b[2] = {right[at], right[at + 4 * columns_of_tile]};
      mma_m16n8k16_bf16(sums[0][n], first, b);
      mma_m16n8k16_bf16(sums[1][n], second, b);
    }
  }
};

struct Tf32Rows {
  static constexpr int values_of_word = 1;

  __device__ static std::uint32_t word(const float* value) { return round_to_tf32(*value); }
  __device__ static float rounded(float value) { return value_of_tf32(round_to_tf32(value)); }
  template <class Tile>
  __device__ static void multiply(const Left& v, Tile& right, int row, Sums& sums) {
#pragma unroll
    for (int i = 0; i < 4; i += 2) {
      const std::uint32_t first[4] = {word(v[0] + i), word(v[1] + i), word(v[0] + i + 1),
                                      word(v[1] + i + 1)};
      const std::uint32_t second[4] = {word(v[2] + i), word(v[3] + i), word(v[2] + i + 1),
                                       word(v[3] + i + 1)};
#pragma unroll
      for (int n = 0; n < columns_of_tile / 8; ++n) {
        const int at = (row + 4 * i + place()) * columns_of_tile + 8 * n + group();
        const std::uint32_t b[2] = {right[at], right[at + 4 * columns_of_tile]};
        mma_m16n8k8_tf32(sums[0][n], first, b);
        mma_m16n8k8_tf32(sums[1][n], second, b);
      }
    }
  }
};

/// Steps of the sum that are on chip at a time.
template <class Math>
constexpr int depth_of_tile = word_rows* Math::values_of_word;

/// Threads that pack a tile, each words of one column, which it reads before it writes one.
constexpr int words_of_packer = 4, packers = words_of_tile / words_of_packer;

/// The right operand in the order in which the products read it, [members, columns, tiles, words of
/// a tile]: of sixteen steps of the sum, those of place 0 first. Its numbers are from.at(member,
/// step, column), for columns that there are.
template <class Math, class From>
__global__ void __launch_bounds__(packers)
    pack_kernel(int tiles, int filters, From from, std::uint32_t* to) {
  const int tile = blockIdx.x, member = blockIdx.z;
  const int column = blockIdx.y * columns_of_tile + threadIdx.x % columns_of_tile;
  to += ((std::int64_t{member} * gridDim.y + blockIdx.y) * tiles + tile) * words_of_tile;
  std::uint32_t words[words_of_packer];
#pragma unroll
  for (int i = 0; i < words_of_packer; ++i) {
    constexpr int width = Math::values_of_word;
    const int word_row = threadIdx.x / columns_of_tile + i * (word_rows / words_of_packer);
    // The inverse of: row = step / 16 * (16 / width) + step % 4 / width * 4 + step % 16 / 4
    const int step =
        word_row / (16 / width) * 16 + word_row % 4 * 4 + word_row % (16 / width) / 4 * width;
    float values[width];
#pragma unroll
    for (int n = 0; n < width; ++n)
      values[n] =
          column < filters ? from.at(member, tile * depth_of_tile<Math> + step + n, column) : 0;
    words[i] = Math::word(values);
  }
#pragma unroll
  for (int i = 0; i < words_of_packer; ++i) to[threadIdx.x + i * packers] = words[i];
}

/// A tile of it on its way to shared memory.
struct Right {
  std::uint32_t words[words_of_tile / threads];

  __device__ void read(const std::uint32_t* from) {
#pragma unroll
    for (int n = 0; n < words_of_tile / threads; ++n) words[n] = from[threadIdx.x + n * threads];
  }
  template <class Tile>
  __device__ void store(Tile& tile, int stage) const {
#pragma unroll
    for (int n = 0; n < words_of_tile / threads; ++n)
      tile[stage * columns_of_tile + threadIdx.x + n * threads] = words[n];
  }
};

/// A picture's bytes as words that need not begin at one.
struct Picture {
  const std::uint32_t* words;
  int count;

  __device__ Picture(const RowsShape& s, const GatheredBytes<float>& x, int member, int image)
      : count(s.height * s.width / 4) {
    const std::int64_t row = x.rows[std::int64_t{member} * s.batch + image];
    words = reinterpret_cast<const std::uint32_t*>(x.data) + row * count;
  }
  __device__ std::uint32_t word(int i) const { return i < count ? words[i] : 0; }
  __device__ static std::uint32_t shifted(std::uint32_t low, std::uint32_t high, int bytes) {
    return static_cast<std::uint32_t>(((std::uint64_t{high} << 32) | low) >> 8 * bytes);
  }
};

__device__ inline float value_of(std::uint32_t word, int byte) {
  return static_cast<float>(word >> 8 * byte & 255);
}

inline RowsShape rows_shape(const Conv2dShape& s) {
  const auto length = [](std::int64_t value) { return gemm::length(value, "conv2d"); };
  length(s.batch * s.out_height);
  return {length(s.members),       length(s.batch),         length(s.height),
          length(s.width),         length(s.kernel_height), length(s.filters),
          length(s.stride_height), length(s.out_height)};
}

constexpr std::int64_t right_bytes = 2 * words_of_tile * sizeof(std::uint32_t);

inline unsigned column_tiles(const RowsShape& s) {
  return static_cast<unsigned>(pieces(s.filters, columns_of_tile));
}

/// Calls call(math) for the precision that is set, on tensor cores in any case.
template <class Call>
void with_math(Call call) {
  precision() == Precision::bf16 ? call(Bf16Rows{}) : call(Tf32Rows{});
}

inline std::int64_t packed_words(const RowsShape& s, int tiles) {
  return std::int64_t{s.members} * column_tiles(s) * tiles * words_of_tile;
}

/// Room for what the bytes' offset adds to each filter's products, and for computing it from
/// [rows].
inline std::int64_t offset_words(const RowsShape& s, float offset, std::int64_t rows) {
  if (offset == 0) return 0;
  return std::int64_t{s.members} * s.filters + column_sums_scratch(s.members, rows, s.filters);
}

/// What it adds, [members, filters]: its multiple of the right operand's sum, rounded as that is.
/// Null if it is 0.
template <class Math, class From>
const float* offset_products(const RowsShape& s, float offset, std::int64_t rows, const From& from,
                             float* room) {
  if (offset == 0) return nullptr;
  const std::int64_t size = std::int64_t{s.members} * s.filters;
  column_sums(
      s.members, rows, s.filters, offset,
      [=] __device__(std::int64_t m, std::int64_t row, std::int64_t column) {
        return Math::rounded(
            from.at(static_cast<int>(m), static_cast<int>(row), static_cast<int>(column)));
      },
      room, room + size);
  return room;
}

template <class Math, class From>
void pack(const RowsShape& s, int tiles, const From& from, std::uint32_t* to) {
  launch<pack_kernel<Math, From>>(
      {{static_cast<unsigned>(tiles), column_tiles(s), static_cast<unsigned>(s.members)},
       {packers}},
      tiles, s.filters, from, to);
}

}  // namespace tutti::kernels::TUTTI_GPU::conv2d_rows_of
