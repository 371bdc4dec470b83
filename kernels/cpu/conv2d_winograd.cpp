#include <algorithm>
#include <array>
#include <memory>

#include "kernels/cpu/conv2d_rows.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/winograd.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

// The letters are those of conv2d_rows.h. The last of an odd number of windows is a tile without a
// second; its V3 is not used.
namespace tutti::kernels::cpu {
namespace {

std::unique_ptr<float[]> floats(std::int64_t size) {
  return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(size));
}

/// The larger of a tile's outputs and 0, and which it was.
TUTTI_SIMD void transform_output_relu_pool(std::int64_t n, std::int64_t each,
                                           const float* __restrict m, const float* __restrict b,
                                           float* __restrict y, std::uint8_t* __restrict argmax) {
  for (std::int64_t f = 0; f < n; ++f) {
    const float first = m[f] + m[each + f] + m[2 * each + f] + b[f];
    const float second = m[each + f] - m[2 * each + f] - m[3 * each + f] + b[f];
    // See exceeds. Without a jump, or the compiler makes no vectors of it.
    const bool below = (second > first) | (second != second);
    const float larger = below ? second : first;
    y[f] = larger <= 0 ? 0 : larger;
    argmax[f] = larger <= 0 ? 0 : below ? 2 : 1;
  }
}

/// dm1 and dm2 of A dY [2, tiles, filters]: sums and differences of the gradients of each tile.
TUTTI_SIMD void transform_gradient(std::int64_t windows, std::int64_t filters,
                                   const float* __restrict dy, float* __restrict sums) {
  float* __restrict differences = sums + (windows + 1) / 2 * filters;
  for (; windows > 0; windows -= 2, dy += 2 * filters, sums += filters, differences += filters)
    for (std::int64_t f = 0; f < filters; ++f) {
      const float second = windows > 1 ? dy[filters + f] : 0;
      sums[f] = dy[f] + second;
      differences[f] = dy[f] - second;
    }
}

/// A dY [4, tiles, filters], dm3 negated, from the gradient of each tile's largest.
TUTTI_SIMD void transform_pooled_gradient(std::int64_t n, const float* __restrict dy,
                                          const std::uint8_t* __restrict argmax,
                                          float* __restrict dm) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float first = argmax[i] == 1 ? dy[i] : 0, second = argmax[i] == 2 ? dy[i] : 0;
    dm[i] = first;
    dm[n + i] = first + second;
    dm[2 * n + i] = first - second;
    dm[3 * n + i] = second;
  }
}

TUTTI_SIMD void add_row(std::int64_t n, const float* __restrict from, float* __restrict to) {
  for (std::int64_t f = 0; f < n; ++f) to[f] += from[f];
}

/// Calls write(image, tile, m, each) for all tiles; the four m of one lie `each` apart.
template <class Write>
void forward(const Conv2dShape& s, const Images& x, const float* g, Write write) {
  constexpr std::int64_t windows_a_task = 320;  // an even number
  const std::int64_t row = s.stride_height * s.width * s.channels, filters = s.filters;
  const std::int64_t size = row * filters;
  const auto u = floats(s.members * 4 * size);
  parallel_for(s.members, [&](std::int64_t m) {
    transform_filter(size, g + m * 3 * size, u.get() + m * 4 * size);
  });

  const std::int64_t tasks = (s.out_height + windows_a_task - 1) / windows_a_task;
  parallel_for(s.members * s.batch * tasks, [&](std::int64_t task) {
    const std::int64_t image = task / tasks, first = task % tasks * windows_a_task;
    const std::int64_t member = image / s.batch;
    const std::int64_t windows = std::min(windows_a_task, s.out_height - first);
    const std::int64_t tiles = (windows + 1) / 2, each = tiles * filters;
    const auto v = floats(4 * tiles * row), m = floats(4 * each);
    x.transformed(image, first, windows, 0, row, v.get());
    for (int i = 0; i < 4; ++i)
      product(tiles, filters, row, {v.get() + i * tiles * row, row, 1},
              u.get() + (member * 4 + i) * size, filters, false, m.get() + i * each, filters);
    for (std::int64_t p = 0; p < tiles; ++p)
      write(image, first / 2 + p, m.get() + p * filters, each);
  });
}

/// Rows of gradients, `stride` apart.
struct Rows {
  const float* data;
  std::int64_t stride, count;
};
/// The rows of A dY that V0 to V3 of an image meet, the last negated.
using TileGradients = std::array<Rows, 4>;

// A task owns some columns of the rows of S values, and takes the batch in order.
template <class GradientsOf>
void backward_filter(const Conv2dShape& s, const Images& x, GradientsOf gradients_of, float* dg) {
  constexpr std::int64_t columns_a_task = 104;
  const std::int64_t row = s.stride_height * s.width * s.channels, filters = s.filters;
  const std::int64_t tasks = (row + columns_a_task - 1) / columns_a_task;
  const std::int64_t tiles = (s.out_height + 1) / 2;
  parallel_for(s.members * tasks, [&](std::int64_t task) {
    const std::int64_t member = task / tasks, begin = task % tasks * columns_a_task;
    const std::int64_t columns = std::min(columns_a_task, row - begin), size = columns * filters;
    const auto v = floats(4 * tiles * columns), du = floats(4 * size);
    for (std::int64_t image = member * s.batch; image < (member + 1) * s.batch; ++image) {
      const TileGradients gradients = gradients_of(image);
      x.transformed(image, 0, s.out_height, begin, begin + columns, v.get());
      for (std::size_t i = 0; i < 4; ++i) {
        const auto& [data, stride, count] = gradients[i];
        const auto n = static_cast<std::int64_t>(i);
        product(columns, filters, count, {v.get() + n * tiles * columns, 1, columns}, data, stride,
                image > member * s.batch, du.get() + n * size, filters);
      }
    }
    transform_filter_backward(size, row * filters, du.get(),
                              dg + (member * 3 * row + begin) * filters);
  });
}

}  // namespace

void conv2d_winograd(const Conv2dShape& s, const Images& x, const float* w, const float* b,
                     float* y) {
  forward(s, x, w, [&](std::int64_t image, std::int64_t tile, const float* m, std::int64_t each) {
    transform_output(s.filters, each, 2 * tile + 1 < s.out_height, m,
                     b + image / s.batch * s.filters,
                     y + (image * s.out_height + 2 * tile) * s.filters);
  });
}

void conv2d_winograd_backward_filter(const Conv2dShape& s, const Images& x, const float* dy,
                                     float* dw) {
  const std::int64_t images = s.members * s.batch, filters = s.filters;
  const std::int64_t seconds = s.out_height / 2, tiles = (s.out_height + 1) / 2;
  const std::int64_t each = tiles * filters;
  const auto dm = floats(images * 2 * each);
  parallel_for(images, [&](std::int64_t image) {
    transform_gradient(s.out_height, filters, dy + image * s.out_height * filters,
                       dm.get() + image * 2 * each);
  });
  backward_filter(
      s, x,
      [&](std::int64_t image) -> TileGradients {
        const float* first = dy + image * s.out_height * filters;
        const float* sums = dm.get() + image * 2 * each;
        return {{{first, 2 * filters, tiles},
                 {sums, filters, tiles},
                 {sums + each, filters, tiles},
                 {first + filters, 2 * filters, seconds}}};
      },
      dw);
}

void conv2d_winograd_relu_pool(const Conv2dShape& s, const Images& x, const float* w,
                               const float* b, float* y, std::uint8_t* argmax) {
  forward(s, x, w, [&](std::int64_t image, std::int64_t tile, const float* m, std::int64_t each) {
    const std::int64_t at = (image * (s.out_height / 2) + tile) * s.filters;
    transform_output_relu_pool(s.filters, each, m, b + image / s.batch * s.filters, y + at,
                               argmax + at);
  });
}

void conv2d_winograd_relu_pool_backward(const Conv2dShape& s, const Images& x, const float* dy,
                                        const std::uint8_t* argmax, float* dw, float* db) {
  const std::int64_t images = s.members * s.batch, filters = s.filters, tiles = s.out_height / 2;
  const std::int64_t each = tiles * filters;
  const auto dm = floats(images * 4 * each), sums = floats(images * filters);
  parallel_for(images, [&](std::int64_t image) {
    float* here = dm.get() + image * 4 * each;
    transform_pooled_gradient(each, dy + image * each, argmax + image * each, here);
    float* sum = sums.get() + image * filters;
    std::fill_n(sum, filters, 0.0f);
    for (std::int64_t p = 0; p < tiles; ++p) add_row(filters, here + each + p * filters, sum);
  });
  for (std::int64_t m = 0; m < s.members; ++m)
    for (std::int64_t f = 0; f < filters; ++f) {
      double sum = 0;
      for (std::int64_t image = m * s.batch; image < (m + 1) * s.batch; ++image)
        sum += sums[static_cast<std::size_t>(image * filters + f)];
      db[m * filters + f] = static_cast<float>(sum);
    }
  backward_filter(
      s, x,
      [&](std::int64_t image) {
        TileGradients gradients;
        for (std::size_t i = 0; i < 4; ++i)
          gradients[i] = {dm.get() + (image * 4 + static_cast<std::int64_t>(i)) * each, filters,
                          tiles};
        return gradients;
      },
      dw);
}

}  // namespace tutti::kernels::cpu
