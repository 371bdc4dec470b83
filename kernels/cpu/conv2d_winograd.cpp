#include <algorithm>
#include <array>
#include <memory>

#include "kernels/cpu/conv2d_rows.h"
#include "kernels/cpu/product.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

// The names are those of conv2d_rows.h: S, e, v. The last of an odd number of windows is a pair
// without a second; its e3 is not used.
namespace tutti::kernels::cpu {
namespace {

std::unique_ptr<float[]> floats(std::int64_t size) {
  return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(size));
}

TUTTI_SIMD void make_v(std::int64_t n, const float* __restrict w, float* __restrict v) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float outer = w[i] + w[2 * n + i];
    v[i] = w[i];
    v[n + i] = (outer + w[n + i]) * 0.5f;
    v[2 * n + i] = (outer - w[n + i]) * 0.5f;
    v[3 * n + i] = w[2 * n + i];
  }
}

/// dw of n numbers of each of the three rows, which lie `row` apart, from dv.
TUTTI_SIMD void make_dw(std::int64_t n, std::int64_t row, const float* __restrict dv,
                        float* __restrict dw) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float outer = (dv[n + i] + dv[2 * n + i]) * 0.5f;
    dw[i] = dv[i] + outer;
    dw[row + i] = (dv[n + i] - dv[2 * n + i]) * 0.5f;
    dw[2 * row + i] = outer - dv[3 * n + i];
  }
}

/// The outputs of a pair from e v; products lie `each` apart.
TUTTI_SIMD void make_pair(std::int64_t n, std::int64_t each, bool second, const float* ev,
                          const float* b, float* y) {
  for (std::int64_t f = 0; f < n; ++f) y[f] = ev[f] + ev[each + f] + ev[2 * each + f] + b[f];
  if (!second) return;
  for (std::int64_t f = 0; f < n; ++f)
    y[n + f] = ev[each + f] - ev[2 * each + f] - ev[3 * each + f] + b[f];
}

/// The larger of a pair's outputs and 0, and which it was.
TUTTI_SIMD void make_largest(std::int64_t n, std::int64_t each, const float* ev, const float* b,
                             float* y, std::uint8_t* argmax) {
  for (std::int64_t f = 0; f < n; ++f) {
    const float first = ev[f] + ev[each + f] + ev[2 * each + f] + b[f];
    const float second = ev[each + f] - ev[2 * each + f] - ev[3 * each + f] + b[f];
    const float larger = second > first ? second : first;
    y[f] = larger > 0 ? larger : 0;
    argmax[f] = larger > 0 ? (second > first ? 2 : 1) : 0;
  }
}

/// Sums and differences [2, pairs, filters] of the gradients of each pair; of one left, itself.
TUTTI_SIMD void add_pairs(std::int64_t windows, std::int64_t filters, const float* __restrict dy,
                          float* __restrict sums) {
  float* __restrict differences = sums + (windows + 1) / 2 * filters;
  for (; windows > 0; windows -= 2, dy += 2 * filters, sums += filters, differences += filters)
    for (std::int64_t f = 0; f < filters; ++f) {
      const float second = windows > 1 ? dy[filters + f] : 0;
      sums[f] = dy[f] + second;
      differences[f] = dy[f] - second;
    }
}

/// The gradients of each pair's first and second window, their sum and difference
/// [4, pairs, filters], from that of its largest.
TUTTI_SIMD void spread_pairs(std::int64_t n, const float* __restrict dy,
                             const std::uint8_t* __restrict argmax, float* __restrict spread) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float first = argmax[i] == 1 ? dy[i] : 0, second = argmax[i] == 2 ? dy[i] : 0;
    spread[i] = first;
    spread[n + i] = first + second;
    spread[2 * n + i] = first - second;
    spread[3 * n + i] = second;
  }
}

TUTTI_SIMD void add_row(std::int64_t n, const float* __restrict from, float* __restrict to) {
  for (std::int64_t f = 0; f < n; ++f) to[f] += from[f];
}

/// Calls write(image, pair, ev, each) for all pairs of windows; the products ev lie `each` apart.
template <class Write>
void forward(const Conv2dShape& s, const Images& x, const float* w, Write write) {
  constexpr std::int64_t windows_a_task = 320;  // an even number
  const std::int64_t row = s.stride_height * s.width * s.channels, filters = s.filters;
  const std::int64_t size = row * filters;
  const auto v = floats(s.members * 4 * size);
  parallel_for(s.members,
               [&](std::int64_t m) { make_v(size, w + m * 3 * size, v.get() + m * 4 * size); });

  const std::int64_t tasks = (s.out_height + windows_a_task - 1) / windows_a_task;
  parallel_for(s.members * s.batch * tasks, [&](std::int64_t task) {
    const std::int64_t image = task / tasks, first = task % tasks * windows_a_task;
    const std::int64_t member = image / s.batch;
    const std::int64_t windows = std::min(windows_a_task, s.out_height - first);
    const std::int64_t pairs = (windows + 1) / 2, each = pairs * filters;
    const auto e = floats(4 * pairs * row), ev = floats(4 * each);
    x.differences(image, first, windows, 0, row, e.get());
    for (int i = 0; i < 4; ++i)
      product(pairs, filters, row, {e.get() + i * pairs * row, row, 1},
              v.get() + (member * 4 + i) * size, filters, false, ev.get() + i * each, filters);
    for (std::int64_t p = 0; p < pairs; ++p)
      write(image, first / 2 + p, ev.get() + p * filters, each);
  });
}

/// Rows of gradients, `stride` apart.
struct Rows {
  const float* data;
  std::int64_t stride, count;
};
/// Those that e0 to e3 of an image meet: first windows, sums, differences, second windows.
using PairGradients = std::array<Rows, 4>;

// A task owns some columns of the rows of S values, and takes the batch in order.
template <class GradientsOf>
void backward_filter(const Conv2dShape& s, const Images& x, GradientsOf gradients_of, float* dw) {
  constexpr std::int64_t columns_a_task = 104;
  const std::int64_t row = s.stride_height * s.width * s.channels, filters = s.filters;
  const std::int64_t tasks = (row + columns_a_task - 1) / columns_a_task;
  const std::int64_t pairs = (s.out_height + 1) / 2;
  parallel_for(s.members * tasks, [&](std::int64_t task) {
    const std::int64_t member = task / tasks, begin = task % tasks * columns_a_task;
    const std::int64_t columns = std::min(columns_a_task, row - begin), size = columns * filters;
    const auto e = floats(4 * pairs * columns), dv = floats(4 * size);
    for (std::int64_t image = member * s.batch; image < (member + 1) * s.batch; ++image) {
      const PairGradients gradients = gradients_of(image);
      x.differences(image, 0, s.out_height, begin, begin + columns, e.get());
      for (std::size_t i = 0; i < 4; ++i) {
        const auto& [data, stride, count] = gradients[i];
        const auto n = static_cast<std::int64_t>(i);
        product(columns, filters, count, {e.get() + n * pairs * columns, 1, columns}, data, stride,
                image > member * s.batch, dv.get() + n * size, filters);
      }
    }
    make_dw(size, row * filters, dv.get(), dw + (member * 3 * row + begin) * filters);
  });
}

}  // namespace

void conv2d_winograd(const Conv2dShape& s, const Images& x, const float* w, const float* b,
                     float* y) {
  forward(s, x, w, [&](std::int64_t image, std::int64_t pair, const float* ev, std::int64_t each) {
    make_pair(s.filters, each, 2 * pair + 1 < s.out_height, ev, b + image / s.batch * s.filters,
              y + (image * s.out_height + 2 * pair) * s.filters);
  });
}

void conv2d_winograd_backward_filter(const Conv2dShape& s, const Images& x, const float* dy,
                                     float* dw) {
  const std::int64_t images = s.members * s.batch, filters = s.filters;
  const std::int64_t seconds = s.out_height / 2, pairs = (s.out_height + 1) / 2;
  const std::int64_t each = pairs * filters;
  const auto added = floats(images * 2 * each);
  parallel_for(images, [&](std::int64_t image) {
    add_pairs(s.out_height, filters, dy + image * s.out_height * filters,
              added.get() + image * 2 * each);
  });
  backward_filter(
      s, x,
      [&](std::int64_t image) -> PairGradients {
        const float* first = dy + image * s.out_height * filters;
        const float* sums = added.get() + image * 2 * each;
        return {{{first, 2 * filters, pairs},
                 {sums, filters, pairs},
                 {sums + each, filters, pairs},
                 {first + filters, 2 * filters, seconds}}};
      },
      dw);
}

void conv2d_winograd_relu_pool(const Conv2dShape& s, const Images& x, const float* w,
                               const float* b, float* y, std::uint8_t* argmax) {
  forward(s, x, w, [&](std::int64_t image, std::int64_t pair, const float* ev, std::int64_t each) {
    const std::int64_t at = (image * (s.out_height / 2) + pair) * s.filters;
    make_largest(s.filters, each, ev, b + image / s.batch * s.filters, y + at, argmax + at);
  });
}

void conv2d_winograd_relu_pool_backward(const Conv2dShape& s, const Images& x, const float* dy,
                                        const std::uint8_t* argmax, float* dw, float* db) {
  const std::int64_t images = s.members * s.batch, filters = s.filters, pairs = s.out_height / 2;
  const std::int64_t each = pairs * filters;
  const auto spread = floats(images * 4 * each), sums = floats(images * filters);
  parallel_for(images, [&](std::int64_t image) {
    float* here = spread.get() + image * 4 * each;
    spread_pairs(each, dy + image * each, argmax + image * each, here);
    float* sum = sums.get() + image * filters;
    std::fill_n(sum, filters, 0.0f);
    for (std::int64_t p = 0; p < pairs; ++p) add_row(filters, here + each + p * filters, sum);
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
        PairGradients gradients;
        for (std::size_t i = 0; i < 4; ++i)
          gradients[i] = {spread.get() + (image * 4 + static_cast<std::int64_t>(i)) * each, filters,
                          pairs};
        return gradients;
      },
      dw);
}

}  // namespace tutti::kernels::cpu
