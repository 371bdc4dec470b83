#include "kernels/cuda/conv2d_rows_product.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

using namespace conv2d_rows_of;

/// Words between the rows of a picture that neighboring windows begin with; a lane's are two
/// apart, 4 g + t: no conflicts.
__host__ __device__ int pitch_of(int stride) { return stride * row_words + 2; }

/// Of a warp's 32 windows, a lane's in their order on the left: two pairs of neighbors.
__device__ int window_of(int r) { return r / 2 * 16 + 2 * group() + r % 2; }

/// Outputs as they are, [member, image, window, filter].
struct Outputs {
  float* y;

  __device__ void write(const RowsShape& s, const float* b, int image, int first_window,
                        int first_column, const Sums& sums) const {
    float* of_image = y + std::int64_t{image} * s.windows * s.filters;
    each_sum(
        sums, [=](int r) { return first_window + window_of(r); },
        [=](int window, int n, float sum) {
          const int column = first_column + n;
          if (window < s.windows && column < s.filters)
            of_image[std::int64_t{window} * s.filters + column] = sum + b[column];
        });
  }
};

/// The larger of two neighboring windows' outputs and 0, and which it was.
struct LargestOutputs {
  float* y;
  std::uint8_t* argmax;

  __device__ void write(const RowsShape& s, const float* b, int image, int first_window,
                        int first_column, const Sums& sums) const {
#pragma unroll
    for (int pair = 0; pair < 2; ++pair)
#pragma unroll
      for (int n = 0; n < columns_of_tile / 8; ++n)
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          const int window = first_window + window_of(2 * pair);
          const int column = first_column + 8 * n + 2 * place() + i;
          if (window >= s.windows || column >= s.filters) continue;
          const float first = sums[pair][n][i] + b[column],
                      second = sums[pair][n][2 + i] + b[column];
          const bool below = exceeds(second, first);
          const float larger = below ? second : first;
          const std::int64_t at =
              (std::int64_t{image} * (s.windows / 2) + window / 2) * s.filters + column;
          y[at] = larger <= 0 ? 0 : larger;
          argmax[at] = larger <= 0 ? 0 : below ? 2 : 1;
        }
  }
};

/// blockIdx: x windows of a picture, y filters, z picture of a member's batch. A warp has 32
/// windows.
template <class Math, class To>
__global__ void __launch_bounds__(threads, 2)
    forward_kernel(RowsShape s, GatheredBytes<float> x, const std::uint32_t* w, const float* b,
                   To to) {
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
            picture[(warp * rows_of_warp + window_of(r)) * pitch + begin + k / 4];
#pragma unroll
        for (int i = 0; i < 4; ++i) left[r][i] = value_of(x, word, i);
      }
      Math::multiply(left, right, stage + k / Math::values_of_word, sums);
    }
    stage = word_rows - stage;
  }

  to.write(s, b + std::int64_t{member} * s.filters, blockIdx.z, first_window + warp * rows_of_warp,
           first_column, sums);
}

/// Shared memory for the rows of a forward block's windows.
std::int64_t picture_bytes(const Conv2dShape& s) {
  return (rows_of_tile + (s.kernel_height - 1) / s.stride_height) *
         pitch_of(static_cast<int>(s.stride_height)) * std::int64_t{sizeof(std::uint32_t)};
}

/// Weights by steps of the sum.
struct Taps {
  const float* w;
  int rows, width, filters;

  __device__ float at(int member, int step, int column) const {
    const int row = step / (4 * row_words), tap = step % (4 * row_words);
    if (tap >= width) return 0;
    return w[((std::int64_t{member} * rows + row) * width + tap) * filters + column];
  }
};

template <class To>
void forward(const Conv2dShape& shape, const GatheredBytes<float>& x, const float* w,
             const float* b, const To& to) {
  const RowsShape s = rows_shape(shape);
  const Grid grid{{static_cast<unsigned>(pieces(s.windows, rows_of_tile)), column_tiles(s),
                   static_cast<unsigned>(s.members * s.batch)},
                  {threads},
                  static_cast<std::size_t>(picture_bytes(shape))};
  with_math([&]<class Math>(Math) {
    const int tiles = s.kernel_height * 4 * row_words / depth_of_tile<Math>;
    auto* packed = reinterpret_cast<std::uint32_t*>(scratch(packed_words(s, tiles)));
    const std::uint32_t* right = packed;
    pack<Math>(s, tiles, Taps{w, s.kernel_height, s.width, s.filters}, packed);
    launch<forward_kernel<Math, To>>(grid, s, x, right, b, to);
  });
}

}  // namespace

bool takes_conv2d_rows(const Conv2dShape& s, const GatheredBytes<float>& x) {
  const bool of_words =
      s.height * s.width % 4 == 0 && reinterpret_cast<std::uintptr_t>(x.data) % 4 == 0;
  return context().precision() != Precision::fp32 && of_words && s.channels == 1 && spans_rows(s) &&
         s.width <= 4 * row_words && s.stride_height <= 64 && s.members * s.batch <= 65535 &&
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
