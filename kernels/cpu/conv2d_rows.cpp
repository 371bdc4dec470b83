#include "kernels/cpu/conv2d_rows.h"

#include <algorithm>
#include <vector>

#include "kernels/cpu/gather.h"
#include "kernels/cpu/product.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {
namespace {

/// Values from one window to the next, and in a window.
std::int64_t row_size(const Conv2dShape& s) { return s.stride_height * s.width * s.channels; }
std::int64_t window_size(const Conv2dShape& s) { return s.kernel_height * s.width * s.channels; }

/// Rows of bytes to floats without a gap; fetched ahead, since they lie far apart.
TUTTI_SIMD void read_rows(std::int64_t rows, std::int64_t columns, std::int64_t stride,
                          const std::uint8_t* __restrict bytes, float scale, float offset,
                          float* __restrict x) {
  constexpr std::int64_t ahead = 16;
  for (; rows > 0; --rows, bytes += stride, x += columns) {
    __builtin_prefetch(bytes + ahead * stride);
    __builtin_prefetch(bytes + ahead * stride + columns - 1);
    for (std::int64_t i = 0; i < columns; ++i) x[i] = scale * static_cast<float>(bytes[i]) + offset;
  }
}

/// V [4, …], `each` apart, of tiles one after another; d3 lies `to_d3` behind d0.
template <class Number>
TUTTI_SIMD void transform_data(std::int64_t tiles, std::int64_t columns, std::int64_t row,
                               std::int64_t to_d3, const Number* d, float scale, float offset,
                               float* v, std::int64_t each) {
  constexpr std::int64_t ahead = 16;
  for (; tiles > 0; --tiles, d += 2 * row, v += columns) {
    for (const Number* next : {d + ahead * row, d + (ahead + 1) * row}) {
      __builtin_prefetch(next);
      __builtin_prefetch(next + columns - 1);
    }
    in_vectors(columns, [&](std::int64_t i) TUTTI_INLINE {
      const auto d0 = d[i], d1 = d[row + i], d2 = d[2 * row + i], d3 = d[to_d3 + i];
      v[i] = scale * static_cast<float>(d0 - d2);
      v[each + i] = scale * static_cast<float>(d1 + d2) + offset;
      v[2 * each + i] = scale * static_cast<float>(d2 - d1);
      v[3 * each + i] = scale * static_cast<float>(d1 - d3);
    });
  }
}

float* scratch(std::int64_t size) {
  thread_local std::vector<float> values;
  values.resize(static_cast<std::size_t>(size));
  return values.data();
}

}  // namespace

bool winograd_applies(const Conv2dShape& s) {
  return spans_rows(s) && s.kernel_height == 3 * s.stride_height && row_size(s) >= 64;
}

const float* Images::values(std::int64_t image, std::int64_t begin, std::int64_t end) const {
  if (x_) return x_ + image * size() + begin;
  float* values = scratch(end - begin);
  read_bytes(end - begin, bytes(image) + begin, bytes_->scale, bytes_->offset, values);
  return values;
}

const float* Images::columns(std::int64_t image, std::int64_t begin, std::int64_t end,
                             std::int64_t& stride) const {
  const std::int64_t row = row_size(shape_);
  if (x_) {
    stride = row;
    return x_ + image * size() + begin;
  }
  const std::int64_t rows = size() / row, width = end - begin;
  float* values = scratch((rows + 1) * width);
  const std::uint8_t* first = bytes(image) + begin;
  read_rows(rows, width, row, first, bytes_->scale, bytes_->offset, values);
  read_bytes(std::clamp<std::int64_t>(size() - rows * row - begin, 0, width), first + rows * row,
             bytes_->scale, bytes_->offset, values + rows * width);
  stride = width;
  return values;
}

void Images::transformed(std::int64_t image, std::int64_t first, std::int64_t windows,
                         std::int64_t begin, std::int64_t end, float* v) const {
  const std::int64_t row = row_size(shape_), columns = end - begin, tiles = windows / 2;
  const std::int64_t each = (windows + 1) / 2 * columns;
  const auto make = [&](const auto* d, float scale, float offset) {
    transform_data(tiles, columns, row, 3 * row, d, scale, offset, v, each);
    if (windows % 2 == 1)  // of a window left, V3 is not used: there may be no d3
      transform_data(1, columns, row, 2 * row, d + 2 * tiles * row, scale, offset,
                     v + tiles * columns, each);
  };
  const std::int64_t at = first * row + begin;
  if (x_)
    make(x_ + image * size() + at, 1, 0);
  else
    make(bytes(image) + at, bytes_->scale, 2 * bytes_->offset);
}

void conv2d_rows(const Conv2dShape& s, const Images& x, const float* w, const float* b, float* y) {
  constexpr std::int64_t windows_a_task = 128;
  const std::int64_t row = row_size(s), window = window_size(s);
  const std::int64_t tasks = (s.out_height + windows_a_task - 1) / windows_a_task;
  parallel_for(s.members * s.batch * tasks, [&](std::int64_t task) {
    const std::int64_t image = task / tasks, first = task % tasks * windows_a_task;
    const std::int64_t member = image / s.batch;
    const std::int64_t count = std::min(windows_a_task, s.out_height - first);
    float* out = y + (image * s.out_height + first) * s.filters;
    for (std::int64_t oh = 0; oh < count; ++oh)
      std::copy_n(b + member * s.filters, s.filters, out + oh * s.filters);
    product(count, s.filters, window,
            {x.values(image, first * row, (first + count - 1) * row + window), row, 1},
            w + member * window * s.filters, s.filters, true, out, s.filters);
  });
}

// A task owns some columns of the rows of S values, so the rows of the filter that they meet, and
// takes the batch in order.
void conv2d_rows_backward_filter(const Conv2dShape& s, const Images& x, const float* dy,
                                 float* dw) {
  constexpr std::int64_t columns_a_task = 64;
  const std::int64_t row = row_size(s), window = window_size(s);
  const std::int64_t tasks = (std::min(row, window) + columns_a_task - 1) / columns_a_task;
  parallel_for(s.members * tasks, [&](std::int64_t task) {
    const std::int64_t member = task / tasks, begin = task % tasks * columns_a_task;
    float* gradient = dw + member * window * s.filters;
    for (std::int64_t image = member * s.batch; image < (member + 1) * s.batch; ++image) {
      std::int64_t stride;
      const float* columns = x.columns(image, begin, std::min(begin + columns_a_task, row), stride);
      for (std::int64_t at = begin; at < window; at += row, columns += stride)
        product(std::min(std::min(columns_a_task, row - begin), window - at), s.filters,
                s.out_height, {columns, 1, stride}, dy + image * s.out_height * s.filters,
                s.filters, image > member * s.batch, gradient + at * s.filters, s.filters);
    }
  });
}

}  // namespace tutti::kernels::cpu
