#include "kernels/cuda/conv2d_rows_product.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

using namespace conv2d_rows_of;

/// blockIdx: x row of the filter, member, part of the windows; y filters. Part p of member m is
/// written to dw[p, m]. A warp has 32 taps.
template <class Math>
__global__ void __launch_bounds__(threads, 2)
    backward_filter_kernel(RowsShape s, GatheredBytes<float> x, const std::uint32_t* dy, int tiles,
                           int windows_of_part, float* dw) {
  constexpr int depth = depth_of_tile<Math>;  // windows on chip at a time
  constexpr int pitch = row_words + 2;        // 8 t + g: no conflicts
  constexpr int threads_of_row = threads / depth, words_of_thread = row_words / threads_of_row;
  __shared__ SharedArray<std::uint32_t, 2 * depth * pitch> pictures;
  __shared__ SharedArray<std::uint32_t, 2 * words_of_tile> right;
  int part = blockIdx.x;
  const int filter_row = next_axis(part, s.kernel_height), member = next_axis(part, s.members);
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
    const int start = (position % s.windows * s.stride + filter_row) * s.width + 4 * own_word;
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
        for (int r = 0; r < 4; ++r) left[r][i] = value_of(word, r);
      }
      Math::multiply(left, right, stage + k / Math::values_of_word, sums);
    }
    stage = word_rows - stage;
  }

  dw += (std::int64_t{part} * s.members + member) * s.taps() * s.filters;
  const bool whole = has_whole_pairs(dw, s.filters);
  each_pair(
      sums, [=](int r) { return warp * rows_of_warp + 4 * group() + r; },
      [&](int tap, int n, const Pair& pair) {
        const int column = first_column + 8 * n + 2 * place();
        if (tap < s.width && column < s.filters)
          write_pair(dw + (std::int64_t{filter_row} * s.width + tap) * s.filters + column, whole,
                     column + 1 < s.filters, {x.scale * pair.first, x.scale * pair.second});
      });
}

/// Gradients of the outputs, of a member's positions.
struct OutputGradients {
  const float* dy;
  int positions, filters;

  __device__ float at(int member, int position, int column) const {
    if (position >= positions) return 0;
    return dy[(std::int64_t{member} * positions + position) * filters + column];
  }
};

/// The same from those of LargestOutputs.
struct LargestGradients {
  const float* dy;
  const std::uint8_t* argmax;
  int positions, filters;

  __device__ float at(int member, int position, int column) const {
    if (position >= positions) return 0;
    const std::int64_t i =
        (std::int64_t{member} * (positions / 2) + position / 2) * filters + column;
    const float gradient = dy[i];  // does not wait for what it is asked for
    return argmax[i] == position % 2 + 1 ? gradient : 0;
  }
};

template <class From>
void backward_filter(const RowsShape& s, const GatheredBytes<float>& x, const From& from,
                     float* dw) {
  // As in gemm::parts_of: by the shape of one member.
  constexpr int wanted_blocks = 128, least_windows = 256;
  const int positions = s.positions();
  const int wanted_parts =
      std::clamp(std::min(wanted_blocks / s.kernel_height, positions / least_windows), 1, 64);
  // Whole tiles, of which the last part has at least one.
  const int windows_of_part = pieces(pieces(positions, wanted_parts), 32) * 32;
  const int parts = pieces(positions, windows_of_part);
  const Grid grid{along_x(std::int64_t{s.kernel_height} * s.members * parts, column_tiles(s)),
                  {threads}};
  const std::int64_t size = std::int64_t{s.members} * s.taps() * s.filters;
  with_math([&]<class Math>(Math) {
    const int tiles = pieces(positions, depth_of_tile<Math>);
    const bool in_parts = parts > 1 || x.offset != 0;
    const std::int64_t words = packed_words(s, tiles), of_sums = in_parts ? parts * size : 0;
    float* memory = scratch(words + of_sums + offset_words(s, x.offset, positions));
    auto* packed = reinterpret_cast<std::uint32_t*>(memory);
    pack<Math>(s, tiles, from, packed);
    const std::uint32_t* right = packed;
    float* to = in_parts ? memory + words : dw;
    launch<backward_filter_kernel<Math>>(grid, s, x, right, tiles, windows_of_part, to);
    const float* of_offset =
        offset_products<Math>(s, x.offset, positions, from, memory + words + of_sums);
    if (in_parts)
      gemm::add_parts({s.members, s.taps(), s.filters, positions}, parts, to,
                      Stored{of_offset, dw, s.members, s.taps(), s.filters});
  });
}

}  // namespace

void conv2d_rows_backward_filter(const Conv2dShape& shape, const GatheredBytes<float>& x,
                                 const float* dy, float* dw) {
  const RowsShape s = rows_shape(shape);
  backward_filter(s, x, OutputGradients{dy, s.positions(), s.filters}, dw);
}

void GpuBackend::conv2d_relu_pool_backward(const Conv2dShape& shape, const GatheredBytes<float>& x,
                                           const float* dy, const std::uint8_t* argmax, float* dw,
                                           float* db) {
  const RowsShape s = rows_shape(shape);
  backward_filter(s, x, LargestGradients{dy, argmax, s.positions(), s.filters}, dw);
  const std::int64_t rows = s.positions() / 2, filters = s.filters;
  column_sums(
      s.members, rows, filters, 1,
      [=] __device__(std::int64_t m, std::int64_t r, std::int64_t f) {
        const std::int64_t i = (m * rows + r) * filters + f;
        const float gradient = dy[i];
        return argmax[i] != 0 ? gradient : 0.0f;
      },
      db);
}

}  // namespace tutti::kernels::TUTTI_GPU
