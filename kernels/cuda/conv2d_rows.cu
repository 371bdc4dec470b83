#include "kernels/cuda/conv2d_rows.h"
#include "kernels/cuda/gemm.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

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

__device__ int group() { return threadIdx.x % 32 / 4; }
__device__ int place() { return threadIdx.x % 4; }

/// Calls visit(row of the block's tile, column of it, sum) for each of a lane's sums, where
/// row_of(r) is the row of its sums r = 0 to 3 in their order on the left.
template <class RowOf, class Visit>
__device__ void each_sum(const Sums& sums, RowOf row_of, Visit visit) {
#pragma unroll
  for (int r = 0; r < 4; ++r)
#pragma unroll
    for (int n = 0; n < columns_of_tile / 8; ++n)
#pragma unroll
      for (int i = 0; i < 2; ++i)
        visit(row_of(r), 8 * n + 2 * place() + i, sums[r / 2][n][r % 2 * 2 + i]);
}

/// What a lane has of the left operand for 16 steps of the sum: four rows by four neighbours in k,
/// those from 4 t. Its rows are g and g + 8 of the first product and of the second. Any order of k
/// will do that is the same on the right.
using Left = float[4][4];

struct Bf16Rows {
  static constexpr int values_of_word = 2;

  __device__ static std::uint32_t word(const float* values) {
    return round_to_bf16x2(values[0], values[1]);
  }
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

/// The right operand in the order in which the products read it, [members, columns, tiles, words of
/// a tile]: of sixteen steps of the sum, those of place 0 first. `row_of(step)` is the row of
/// `from`, [members, rows, filters], or -1 for zeros.
template <class Math, class RowOf>
__global__ void pack_kernel(int tiles, int rows, int filters, RowOf row_of, const float* from,
                            std::uint32_t* to) {
  const int tile = blockIdx.x, first_column = blockIdx.y * columns_of_tile, member = blockIdx.z;
  from += std::int64_t{member} * rows * filters;
  to += ((std::int64_t{member} * gridDim.y + blockIdx.y) * tiles + tile) * words_of_tile;
  for (int i = threadIdx.x; i < words_of_tile; i += blockDim.x) {
    constexpr int width = Math::values_of_word;
    const int word_row = i / columns_of_tile, column = first_column + i % columns_of_tile;
    // The inverse of: row = step / 16 * (16 / width) + step % 4 / width * 4 + step % 16 / 4
    const int step =
        word_row / (16 / width) * 16 + word_row % 4 * 4 + word_row % (16 / width) / 4 * width;
    float values[width];
#pragma unroll
    for (int n = 0; n < width; ++n) {
      const int row = row_of(tile * depth_of_tile<Math> + step + n);
      values[n] = row >= 0 && column < filters ? from[std::int64_t{row} * filters + column] : 0;
    }
    to[i] = Math::word(values);
  }
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

  __device__ Picture(const RowsShape& s, const PickedBytes<float>& x, int member, int image)
      : count(s.height * s.width / 4) {
    const std::int64_t row = x.rows[std::int64_t{member} * s.batch + image];
    words = reinterpret_cast<const std::uint32_t*>(x.data) + row * count;
  }
  __device__ std::uint32_t word(int i) const { return i < count ? words[i] : 0; }
  __device__ static std::uint32_t shifted(std::uint32_t low, std::uint32_t high, int bytes) {
    return static_cast<std::uint32_t>(((std::uint64_t{high} << 32) | low) >> 8 * bytes);
  }
};

__device__ float value_of(const PickedBytes<float>& x, std::uint32_t word, int byte) {
  return x.scale * static_cast<float>(word >> 8 * byte & 255) + x.offset;
}

/// Words between the rows of a picture that neighbouring windows begin with; 4 g + t: no conflicts.
__host__ __device__ int pitch_of(int stride) { return stride * row_words + 4; }

/// blockIdx: x windows of a picture, y filters, z picture of a member's batch. A warp has 32
/// windows.
template <class Math>
__global__ void __launch_bounds__(threads, 2)
    forward_kernel(RowsShape s, PickedBytes<float> x, const std::uint32_t* w, const float* b,
                   float* y) {
  DynamicShared<std::uint32_t> picture;  // the rows of the block's windows
  __shared__ SharedArray<std::uint32_t, 2 * words_of_tile> right;
  const int member = blockIdx.z / s.batch, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int first_window = blockIdx.x * rows_of_tile, first_column = blockIdx.y * columns_of_tile;
  const int pitch = pitch_of(s.stride);

  // The steps of the sum: for each row of the filter, its bytes and as many zeros as make 128.
  constexpr int depth = depth_of_tile<Math>, tiles_of_row = 4 * row_words / depth;
  const int tiles = s.kernel_height * tiles_of_row;
  w += (std::int64_t{member} * gridDim.y + blockIdx.y) * tiles * words_of_tile;
  Right next;
  next.read(w);

  const Picture from(s, x, member, blockIdx.z % s.batch);
  const int rows = (rows_of_tile + (s.kernel_height - 1) / s.stride) * s.stride;
  for (int row = warp; row < rows; row += threads / 32) {
    const int start = (first_window * s.stride + row) * s.width + 4 * lane;
    const bool inside = first_window * s.stride + row < s.height && 4 * lane < s.width;
    picture[row / s.stride * pitch + row % s.stride * row_words + lane] =
        inside ? Picture::shifted(from.word(start / 4), from.word(start / 4 + 1), start % 4) : 0;
  }

  Sums sums = {};
  int stage = 0;
  for (int tile = 0; tile < tiles; ++tile) {
    next.store(right, stage);
    __syncthreads();
    if (tile + 1 < tiles) next.read(w + (tile + 1) * words_of_tile);
    const int row = tile / tiles_of_row;
    const int begin = row / s.stride * pitch + row % s.stride * row_words +
                      tile % tiles_of_row * (depth / 4) + place();
#pragma unroll
    for (int k = 0; k < depth; k += 16) {
      Left left;
#pragma unroll
      for (int r = 0; r < 4; ++r) {
        const std::uint32_t word =
            picture[(warp * rows_of_warp + 8 * r + group()) * pitch + begin + k / 4];
#pragma unroll
        for (int i = 0; i < 4; ++i) left[r][i] = value_of(x, word, i);
      }
      Math::multiply(left, right, stage + k / Math::values_of_word, sums);
    }
    stage = word_rows - stage;
  }

  y += std::int64_t{blockIdx.z} * s.windows * s.filters;
  each_sum(
      sums, [=](int r) { return first_window + warp * rows_of_warp + 8 * r + group(); },
      [=](int window, int n, float sum) {
        const int column = first_column + n;
        if (window < s.windows && column < s.filters)
          y[std::int64_t{window} * s.filters + column] =
              sum + b[std::int64_t{member} * s.filters + column];
      });
}

/// blockIdx: x row of the filter, y filters, z member and part of the windows. Part p of member m
/// is written to dw[p, m]. A warp has 32 taps.
template <class Math>
__global__ void __launch_bounds__(threads, 2)
    backward_filter_kernel(RowsShape s, PickedBytes<float> x, const std::uint32_t* dy, int tiles,
                           int windows_of_part, float* dw) {
  constexpr int depth = depth_of_tile<Math>;  // windows on chip at a time
  constexpr int pitch = row_words + 2;        // 8 t + g: no conflicts
  constexpr int threads_of_row = threads / depth, words_of_thread = row_words / threads_of_row;
  __shared__ SharedArray<std::uint32_t, 2 * depth * pitch> pictures;
  __shared__ SharedArray<std::uint32_t, 2 * words_of_tile> right;
  const int member = blockIdx.z % s.members, part = blockIdx.z / s.members;
  const int warp = threadIdx.x / 32, first_column = blockIdx.y * columns_of_tile;
  const int begin = part * windows_of_part, end = min(s.positions(), begin + windows_of_part);
  dy += (std::int64_t{member} * gridDim.y + blockIdx.y) * tiles * words_of_tile;

  // Of each window's row, a thread brings some words.
  const int own_row = threadIdx.x / threads_of_row,
            own_word = threadIdx.x % threads_of_row * words_of_thread;
  std::uint32_t next_words[words_of_thread];
  Right next;
  const auto read = [&](int first) {
    next.read(dy + std::int64_t{first / depth} * words_of_tile);
    const int position = min(first + own_row, end - 1);
    const Picture from(s, x, member, position / s.windows);
    const int start =
        (position % s.windows * s.stride + static_cast<int>(blockIdx.x)) * s.width + 4 * own_word;
    std::uint32_t low = from.word(start / 4);
#pragma unroll
    for (int i = 0; i < words_of_thread; ++i) {
      const std::uint32_t high = from.word(start / 4 + i + 1);
      next_words[i] = Picture::shifted(low, high, start % 4);
      low = high;
    }
  };

  Sums sums = {};
  int stage = 0;
  read(begin);
  for (int first = begin; first < end; first += depth) {
    const int first_row = stage * Math::values_of_word;
#pragma unroll
    for (int i = 0; i < words_of_thread; ++i)
      pictures[(first_row + own_row) * pitch + own_word + i] = next_words[i];
    next.store(right, stage);
    __syncthreads();
    if (first + depth < end) read(first + depth);
#pragma unroll
    for (int k = 0; k < depth; k += 16) {
      Left left;
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const std::uint32_t word = pictures[(first_row + k + 4 * place() + i) * pitch +
                                            warp * (rows_of_warp / 4) + group()];
#pragma unroll
        for (int r = 0; r < 4; ++r) left[r][i] = value_of(x, word, r);
      }
      Math::multiply(left, right, stage + k / Math::values_of_word, sums);
    }
    stage = word_rows - stage;
  }

  dw += (std::int64_t{part} * s.members + member) * s.taps() * s.filters;
  each_sum(
      sums, [=](int r) { return warp * rows_of_warp + 4 * group() + r; },
      [=](int tap, int n, float sum) {
        const int column = first_column + n;
        if (tap < s.width && column < s.filters)
          dw[(std::int64_t{blockIdx.x} * s.width + tap) * s.filters + column] = sum;
      });
}

RowsShape rows_shape(const Conv2dShape& s) {
  const auto length = [](std::int64_t value) { return gemm::length(value, "conv2d"); };
  length(s.batch * s.out_height);
  return {length(s.members),       length(s.batch),         length(s.height),
          length(s.width),         length(s.kernel_height), length(s.filters),
          length(s.stride_height), length(s.out_height)};
}

/// Shared memory for the rows of a forward block's windows.
std::int64_t picture_bytes(const Conv2dShape& s) {
  return (rows_of_tile + (s.kernel_height - 1) / s.stride_height) *
         pitch_of(static_cast<int>(s.stride_height)) * std::int64_t{sizeof(std::uint32_t)};
}
constexpr std::int64_t right_bytes = 2 * words_of_tile * sizeof(std::uint32_t);

unsigned column_tiles(const RowsShape& s) {
  return static_cast<unsigned>(pieces(s.filters, columns_of_tile));
}

/// Calls call(math) for the precision that is set.
template <class Call>
void with_math(Call call) {
  precision() == Precision::tf32 ? call(Tf32Rows{}) : call(Bf16Rows{});
}

std::int64_t packed_words(const RowsShape& s, int tiles) {
  return std::int64_t{s.members} * column_tiles(s) * tiles * words_of_tile;
}

/// The rows of the right operand by steps of the sum.
struct TapOfStep {
  int width;
  __device__ int operator()(int step) const {
    const int row = step / (4 * row_words), column = step % (4 * row_words);
    return column < width ? row * width + column : -1;
  }
};
struct Below {
  int rows;
  __device__ int operator()(int step) const { return step < rows ? step : -1; }
};

template <class Math, class RowOf>
void pack(const RowsShape& s, int tiles, int rows, RowOf row_of, const float* from,
          std::uint32_t* to) {
  launch<pack_kernel<Math, RowOf>>(
      {{static_cast<unsigned>(tiles), column_tiles(s), static_cast<unsigned>(s.members)}, {256}},
      tiles, rows, s.filters, row_of, from, to);
}

}  // namespace

bool takes_conv2d_rows(const Conv2dShape& s, const PickedBytes<float>& x) {
  const bool of_words =
      s.height * s.width % 4 == 0 && reinterpret_cast<std::uintptr_t>(x.data) % 4 == 0;
  return precision() != Precision::fp32 && of_words && s.channels == 1 && spans_rows(s) &&
         s.width <= 4 * row_words && s.stride_height <= 64 && s.members * s.batch <= 65535 &&
         picture_bytes(s) + right_bytes <= most_shared_bytes();
}

void conv2d_rows(const Conv2dShape& shape, const PickedBytes<float>& x, const float* w,
                 const float* b, float* y) {
  const RowsShape s = rows_shape(shape);
  const Grid grid{{static_cast<unsigned>(pieces(s.windows, rows_of_tile)), column_tiles(s),
                   static_cast<unsigned>(s.members * s.batch)},
                  {threads},
                  static_cast<std::size_t>(picture_bytes(shape))};
  with_math([&]<class Math>(Math) {
    const int tiles = s.kernel_height * 4 * row_words / depth_of_tile<Math>;
    auto* packed = reinterpret_cast<std::uint32_t*>(scratch(packed_words(s, tiles)));
    const std::uint32_t* right = packed;
    pack<Math>(s, tiles, s.taps(), TapOfStep{s.width}, w, packed);
    launch<forward_kernel<Math>>(grid, s, x, right, b, y);
  });
}

void conv2d_rows_backward_filter(const Conv2dShape& shape, const PickedBytes<float>& x,
                                 const float* dy, float* dw) {
  const RowsShape s = rows_shape(shape);
  // As in gemm::parts_of: by the shape of one member.
  constexpr int wanted_blocks = 128, least_windows = 256;
  const int positions = s.positions();
  const int wanted_parts =
      std::clamp(std::min(wanted_blocks / s.kernel_height, positions / least_windows), 1, 64);
  // Whole tiles, of which the last part has at least one.
  const int windows_of_part = pieces(pieces(positions, wanted_parts), 32) * 32;
  const int parts = pieces(positions, windows_of_part);
  const Grid grid{{static_cast<unsigned>(s.kernel_height), column_tiles(s),
                   static_cast<unsigned>(s.members * parts)},
                  {threads}};
  const std::int64_t size = std::int64_t{s.members} * s.taps() * s.filters;
  with_math([&]<class Math>(Math) {
    const int tiles = pieces(positions, depth_of_tile<Math>);
    float* sums = scratch(packed_words(s, tiles) + (parts > 1 ? parts * size : 0));
    auto* packed = reinterpret_cast<std::uint32_t*>(sums + (parts > 1 ? parts * size : 0));
    pack<Math>(s, tiles, positions, Below{positions}, dy, packed);
    const std::uint32_t* right = packed;
    float* to = parts > 1 ? sums : dw;
    launch<backward_filter_kernel<Math>>(grid, s, x, right, tiles, windows_of_part, to);
    if (parts > 1)
      gemm::add_parts({s.members, s.taps(), s.filters, positions}, parts, sums, nullptr, dw);
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
