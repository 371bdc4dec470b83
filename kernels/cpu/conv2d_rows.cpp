#include "kernels/cpu/conv2d_rows.h"

#include <algorithm>
#include <vector>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/pick.h"
#include "kernels/parallel.h"

namespace tutti::kernels::cpu {
namespace {

/// The filter's slices of at most SH rows.
struct Slices {
  explicit Slices(const Conv2dShape& s)
      : row(s.stride_height * s.width * s.channels),
        filter(s.kernel_height * s.width * s.channels),
        count((s.kernel_height + s.stride_height - 1) / s.stride_height) {}

  std::int64_t length(std::int64_t slice) const { return std::min(row, filter - slice * row); }

  std::int64_t row;     // S, the values in a row of X
  std::int64_t filter;  // values in a whole filter
  std::int64_t count;
};

/// Rows of X that the windows touch; the last may be shorter than S.
std::int64_t rows_touched(const Conv2dShape& s, const Slices& slices) {
  return s.out_height + slices.count - 1;
}

}  // namespace

bool spans_rows(const Conv2dShape& s) {
  return s.dilation_height == 1 && s.kernel_width == s.width && s.out_width == 1 &&
         s.pad_left == 0 && s.pad_top == 0 &&
         (s.out_height - 1) * s.stride_height + s.kernel_height <= s.height;
}

const float* Images::columns(std::int64_t image, std::int64_t rows, std::int64_t begin,
                             std::int64_t end, std::int64_t& stride) const {
  const std::int64_t size = shape_.height * shape_.width * shape_.channels;
  const std::int64_t row = shape_.stride_height * shape_.width * shape_.channels;
  if (x_) {
    stride = row;
    return x_ + image * size + begin;
  }
  thread_local std::vector<float> values;
  stride = end - begin;
  values.resize(static_cast<std::size_t>(rows * stride));
  const std::uint8_t* bytes = bytes_->data + bytes_->rows[image] * size;
  if (begin == 0 && end == row) {
    read_bytes(std::min(rows * row, size), bytes, bytes_->scale, bytes_->offset, values.data());
  } else {
    for (std::int64_t r = 0; r < rows; ++r)
      read_bytes(std::clamp<std::int64_t>(size - r * row - begin, 0, stride),
                 bytes + r * row + begin, bytes_->scale, bytes_->offset,
                 values.data() + r * stride);
  }
  return values.data();
}

void conv2d_rows(const Conv2dShape& s, const Images& x, const float* w, const float* b, float* y) {
  const Slices slices(s);
  parallel_for(s.members * s.batch, [&](std::int64_t image) {
    const std::int64_t member = image / s.batch;
    float* out = y + image * s.out_height * s.filters;
    for (std::int64_t oh = 0; oh < s.out_height; ++oh)
      std::copy_n(b + member * s.filters, s.filters, out + oh * s.filters);
    std::int64_t stride;
    const float* rows = x.columns(image, rows_touched(s, slices), 0, slices.row, stride);
    const float* filter = w + member * slices.filter * s.filters;
    for (std::int64_t a = 0; a < slices.count; ++a)
      gemm(s.out_height, s.filters, slices.length(a), {rows + a * stride, stride},
           {filter + a * slices.row * s.filters, s.filters}, 1, out, s.filters);
  });
}

// A task owns some columns of X, so some rows of every slice of dw, and takes the batch in order.
void conv2d_rows_backward_filter(const Conv2dShape& s, const Images& x, const float* dy,
                                 float* dw) {
  constexpr std::int64_t columns_a_task = 64;
  const Slices slices(s);
  const std::int64_t tasks =
      (std::min(slices.row, slices.filter) + columns_a_task - 1) / columns_a_task;
  parallel_for(s.members * tasks, [&](std::int64_t task) {
    const std::int64_t member = task / tasks, begin = task % tasks * columns_a_task;
    float* gradient = dw + member * slices.filter * s.filters;
    for (std::int64_t b = 0; b < s.batch; ++b) {
      const std::int64_t image = member * s.batch + b;
      std::int64_t stride;
      const float* columns = x.columns(image, rows_touched(s, slices), begin,
                                       std::min(begin + columns_a_task, slices.row), stride);
      for (std::int64_t a = 0; a < slices.count; ++a) {
        const std::int64_t end = std::min(begin + columns_a_task, slices.length(a));
        if (end <= begin) continue;
        gemm(end - begin, s.filters, s.out_height, {columns + a * stride, stride, true},
             {dy + image * s.out_height * s.filters, s.filters}, b == 0 ? 0.0f : 1.0f,
             gradient + (a * slices.row + begin) * s.filters, s.filters);
      }
    }
  });
}

}  // namespace tutti::kernels::cpu
