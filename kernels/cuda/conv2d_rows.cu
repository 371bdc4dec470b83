#include "kernels/cuda/conv2d_rows_product.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

using namespace conv2d_rows_of;

/// Words between the rows of a picture that neighboring windows begin with; a lane's are two
/// apart, 4 g + t: no conflicts.
__host__ __device__ int pitch_of(int stride) { return stride * row_words + 2; }

/// Where a row of the picture begins on chip.
__device__ int place_of(int row, int stride) { return row * row_words + row / stride * 2; }

/// Of a warp's 32 windows, a lane's in their order on the left: two pairs of neighbors.
__device__ int window_of(int r) { return r / 2 * 16 + 2 * group() + r % 2; }

/// How sums of bytes become outputs: their scale, and what is added to each filter's.
struct Affine {
  float scale;
  const float *b, *of_offset;  // [members, filters]; of_offset is null if there is none

  __device__ float added(std::int64_t filter) const {
    return of_offset ? b[filter] + of_offset[filter] : b[filter];
  }
};

/// Affine of a lane's columns, asked for before any output is written.
struct AffineColumns {
  float scale;
  Pair added[columns_of_tile / 8];

  __device__ AffineColumns(const RowsShape& s, const Affine& of, int image, int first_column)
      : scale(of.scale) {
    const std::int64_t member = image / s.batch;
#pragma unroll
    for (int n = 0; n < columns_of_tile / 8; ++n) {
      const int column = first_column + 8 * n + 2 * place();
      const std::int64_t filter = member * s.filters + column;
      added[n] = {column < s.filters ? of.added(filter) : 0,
                  column + 1 < s.filters ? of.added(filter + 1) : 0};
    }
  }
  __device__ Pair operator()(int n, const Pair& sums) const {
    return {scale * sums.first + added[n].first, scale * sums.second + added[n].second};
  }
};

/// Outputs as they are, [member, image, window, filter].
struct Outputs {
  float* y;

  __device__ void write(const RowsShape& s, const Affine& affine, int image, int first_window,
                        int first_column, const Sums& sums) const {
    float* of_image = y + std::int64_t{image} * s.windows * s.filters;
    const bool whole = has_whole_pairs(y, s.filters);
    const AffineColumns output(s, affine, image, first_column);
    each_pair(
        sums, [=](int r) { return first_window + window_of(r); },
        [&](int window, int n, const Pair& pair) {
          const int column = first_column + 8 * n + 2 * place();
          if (window < s.windows && column < s.filters)
            write_pair(of_image + std::int64_t{window} * s.filters + column, whole,
                       column + 1 < s.filters, output(n, pair));
        });
  }
};

/// The larger of two neighboring windows' outputs and 0, and which it was.
struct Largest {
  float value;
  std::uint8_t which;

  __device__ Largest(float first, float second) {
    const bool below = exceeds(second, first);
    const float larger = below ? second : first;
    value = larger <= 0 ? 0 : larger;
    which = larger <= 0 ? 0 : below ? 2 : 1;
  }
};

struct LargestOutputs {
  float* y;
  std::uint8_t* argmax;

  __device__ void write(const RowsShape& s, const Affine& affine, int image, int first_window,
                        int first_column, const Sums& sums) const {
    const bool whole = has_whole_pairs(y, s.filters);
    const AffineColumns output(s, affine, image, first_column);
#pragma unroll
    for (int pair = 0; pair < 2; ++pair)
#pragma unroll
      for (int n = 0; n < columns_of_tile / 8; ++n) {
        const int window = first_window + window_of(2 * pair);
        const int column = first_column + 8 * n + 2 * place();
        if (window >= s.windows || column >= s.filters) continue;
        const auto& of = sums[pair][n];
        const Pair one = output(n, {of[0], of[1]}), other = output(n, {of[2], of[3]});
        const Largest first(one.first, other.first), second(one.second, other.second);
        const std::int64_t at =
            (std::int64_t{image} * (s.windows / 2) + window / 2) * s.filters + column;
        const bool both = column + 1 < s.filters;
        write_pair(y + at, whole, both, {first.value, second.value});
        argmax[at] = first.which;
        if (both) argmax[at + 1] = second.which;
      }
  }
};

/// blockIdx: x windows of a picture, picture of a member's batch; y filters. A warp has 32 windows.
template <class Math, class To>
__global__ void __launch_bounds__(threads, 2)
    forward_kernel(RowsShape s, GatheredBytes<float> x, const std::uint32_t* w, Affine affine,
                   To to) {
  DynamicShared<std::uint32_t> picture;  // the rows of the block's windows
  __shared__ SharedArray<std::uint32_t, 2 * words_of_tile> right;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int image = blockIdx.x;
  const int first_window = next_axis(image, pieces(s.windows, rows_of_tile)) * rows_of_tile,
            first_column = blockIdx.y * columns_of_tile, member = image / s.batch;
  const int pitch = pitch_of(s.stride);

  // The steps of the sum: for each row of the filter, its bytes and as many zeros as make 128.
  constexpr int depth = depth_of_tile<Math>, tiles_of_row = 4 * row_words / depth;
  const int tiles = s.kernel_height * tiles_of_row;
  w += (std::int64_t{member} * gridDim.y + blockIdx.y) * tiles * words_of_tile;
  Right next;
  next.read(w);

  const Picture from(s, x, member, image % s.batch);
  const int rows = (rows_of_tile + (s.kernel_height - 1) / s.stride) * s.stride;
  constexpr int warps = threads / 32, rows_ahead = 8;  // asked for before one is stored
  for (int first = warp; first < rows; first += rows_ahead * warps) {
    std::uint32_t words[rows_ahead];
#pragma unroll
    for (int n = 0; n < rows_ahead; ++n) {
      const int row = first_window * s.stride + first + n * warps;
      const int start = row * s.width + 4 * lane;
      const int at = row < s.height && 4 * lane < s.width ? start / 4 : from.count;
      words[n] = Picture::shifted(from.word(at), from.word(at + 1), start % 4);
    }
#pragma unroll
    for (int n = 0; n < rows_ahead; ++n) {
      const int row = first + n * warps;
      if (row < rows) picture[place_of(row, s.stride) + lane] = words[n];
    }
  }

  Sums sums = {};
  int stage = 0;
  for (int tile = 0; tile < tiles; ++tile) {
    next.store(right, stage);
    __syncthreads();
    if (tile + 1 < tiles) next.read(w + (tile + 1) * words_of_tile);
    const int begin =
        place_of(tile / tiles_of_row, s.stride) + tile % tiles_of_row * (depth / 4) + place();
#pragma unroll
    for (int k = 0; k < depth; k += 16) {
      Left left;
#pragma unroll
      for (int r = 0; r < 4; ++r) {
        const std::uint32_t word =
            picture[(warp * rows_of_warp + window_of(r)) * pitch + begin + k / 4];
#pragma unroll
        for (int i = 0; i < 4; ++i) left[r][i] = value_of(word, i);
      }
      Math::multiply(left, right, stage + k / Math::values_of_word, sums);
    }
    stage = word_rows - stage;
  }

  to.write(s, affine, image, first_window + warp * rows_of_warp, first_column, sums);
}

/// Shared memory for the rows of a forward block's windows.
std::int64_t picture_bytes(const Conv2dShape& s) {
  return (rows_of_tile + (s.kernel_height - 1) / s.stride_height) *
         pitch_of(static_cast<int>(s.stride_height)) * std::int64_t{sizeof(std::uint32_t)};
}

/// Weights by taps, and by steps of the sum.
struct Taps {
  const float* w;
  int taps, filters;

  __device__ float at(int member, int tap, int column) const {
    return w[(std::int64_t{member} * taps + tap) * filters + column];
  }
};
struct PaddedTaps {
  Taps taps;
  int width;

  __device__ float at(int member, int step, int column) const {
    const int row = step / (4 * row_words), tap = step % (4 * row_words);
    return tap < width ? taps.at(member, row * width + tap, column) : 0;
  }
};

template <class To>
void forward(const Conv2dShape& shape, const GatheredBytes<float>& x, const float* w,
             const float* b, const To& to) {
  const RowsShape s = rows_shape(shape);
  const std::int64_t blocks = std::int64_t{pieces(s.windows, rows_of_tile)} * s.members * s.batch;
  const Grid grid{
      along_x(blocks, column_tiles(s)), {threads}, static_cast<std::size_t>(picture_bytes(shape))};
  with_math([&]<class Math>(Math) {
    const int tiles = s.kernel_height * 4 * row_words / depth_of_tile<Math>;
    const Taps taps{w, s.taps(), s.filters};
    const std::int64_t words = packed_words(s, tiles);
    float* memory = scratch(words + offset_words(s, x.offset, s.taps()));
    auto* packed = reinterpret_cast<std::uint32_t*>(memory);
    const std::uint32_t* right = packed;
    pack<Math>(s, tiles, PaddedTaps{taps, s.width}, packed);
    const float* of_offset = offset_products<Math>(s, x.offset, s.taps(), taps, memory + words);
    launch<forward_kernel<Math, To>>(grid, s, x, right, Affine{x.scale, b, of_offset}, to);
  });
}

}  // namespace

bool takes_conv2d_rows(const Conv2dShape& s, const GatheredBytes<float>& x) {
  const bool of_words =
      s.height * s.width % 4 == 0 && reinterpret_cast<std::uintptr_t>(x.data) % 4 == 0;
  return precision() != Precision::fp32 && of_words && s.channels == 1 && spans_rows(s) &&
         s.width <= 4 * row_words && s.stride_height <= 64 &&
         picture_bytes(s) + right_bytes <= most_shared_bytes();
}

void conv2d_rows(const Conv2dShape& s, const GatheredBytes<float>& x, const float* w,
                 const float* b, float* y) {
  forward(s, x, w, b, Outputs{y});
}

bool GpuBackend::has_conv2d_relu_pool(const Conv2dShape& s, const GatheredBytes<float>& x) const {
  return takes_conv2d_rows(s, x);
}

void GpuBackend::conv2d_relu_pool(const Conv2dShape& s, const GatheredBytes<float>& x,
                                  const float* w, const float* b, float* y, std::uint8_t* argmax) {
  forward(s, x, w, b, LargestOutputs{y, argmax});
}

}  // namespace tutti::kernels::TUTTI_GPU
