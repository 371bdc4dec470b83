#include <algorithm>
#include <vector>

#include "kernels/cpu/conv2d_planes.h"
#include "kernels/cpu/conv2d_rows.h"
#include "kernels/cpu/conv2d_squares.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/product.h"
#include "kernels/support/threads.h"

// The general convolution: windows are copied into the rows of a matrix (im2col), a few output rows
// at a time, and multiplied.
namespace tutti::kernels {
namespace {

std::int64_t image_size(const Conv2dShape& s) { return s.height * s.width * s.channels; }
std::int64_t window_size(const Conv2dShape& s) {
  return s.kernel_height * s.kernel_width * s.channels;
}
std::int64_t out_size(const Conv2dShape& s) { return s.out_height * s.out_width * s.filters; }

/// Output rows whose windows fit into about a megabyte.
std::int64_t rows_at_once(const Conv2dShape& s, std::int64_t window) {
  return std::clamp<std::int64_t>((1 << 18) / (s.out_width * window), 1, s.out_height);
}

/// Calls copy(input offset or -1 for padding, position in the matrix) for every run of C values in
/// the windows of output rows [first, last), filter rows [kh_first, kh_last).
template <class Copy>
void each_run(const Conv2dShape& s, std::int64_t first, std::int64_t last, std::int64_t kh_first,
              std::int64_t kh_last, Copy copy) {
  std::int64_t position = 0;
  for (std::int64_t oh = first; oh < last; ++oh)
    for (std::int64_t ow = 0; ow < s.out_width; ++ow)
      for (std::int64_t kh = kh_first; kh < kh_last; ++kh)
        for (std::int64_t kw = 0; kw < s.kernel_width; ++kw, position += s.channels) {
          const std::int64_t h = oh * s.stride_height + kh * s.dilation_height - s.pad_top;
          const std::int64_t w = ow * s.stride_width + kw * s.dilation_width - s.pad_left;
          const bool inside = h >= 0 && h < s.height && w >= 0 && w < s.width;
          copy(inside ? (h * s.width + w) * s.channels : -1, position);
        }
}

void im2col(const Conv2dShape& s, std::int64_t first, std::int64_t last, std::int64_t kh_first,
            std::int64_t kh_last, const float* x, float* windows) {
  each_run(s, first, last, kh_first, kh_last, [&](std::int64_t from, std::int64_t to) {
    if (from >= 0)
      std::copy_n(x + from, s.channels, windows + to);
    else
      std::fill_n(windows + to, s.channels, 0.0f);
  });
}

void forward_image(const Conv2dShape& s, const float* x, const float* w, const float* b, float* y) {
  const std::int64_t window = window_size(s), at_once = rows_at_once(s, window);
  std::vector<float> windows(static_cast<std::size_t>(at_once * s.out_width * window));
  for (std::int64_t i = 0; i < s.out_height * s.out_width; ++i)
    std::copy_n(b, s.filters, y + i * s.filters);
  for (std::int64_t oh = 0; oh < s.out_height; oh += at_once) {
    const std::int64_t last = std::min(oh + at_once, s.out_height);
    im2col(s, oh, last, 0, s.kernel_height, x, windows.data());
    cpu::product((last - oh) * s.out_width, s.filters, window, {windows.data(), window, 1}, w,
                 s.filters, true, y + oh * s.out_width * s.filters, s.filters);
  }
}

void backward_image(const Conv2dShape& s, const float* w_transposed, const float* dy, float* dx) {
  const std::int64_t window = window_size(s), at_once = rows_at_once(s, window);
  std::vector<float> windows(static_cast<std::size_t>(at_once * s.out_width * window));
  std::fill_n(dx, image_size(s), 0.0f);
  for (std::int64_t oh = 0; oh < s.out_height; oh += at_once) {
    const std::int64_t last = std::min(oh + at_once, s.out_height);
    cpu::product((last - oh) * s.out_width, window, s.filters,
                 {dy + oh * s.out_width * s.filters, s.filters, 1}, w_transposed, window, false,
                 windows.data(), window);
    each_run(s, oh, last, 0, s.kernel_height, [&](std::int64_t to, std::int64_t from) {
      if (to < 0) return;
      for (std::int64_t c = 0; c < s.channels; ++c)
        dx[to + c] += windows[static_cast<std::size_t>(from + c)];
    });
  }
}

/// The convolution that makes dx of dy, where rows are spanned and each window is a row further on:
/// of dy between KH - 1 rows of zeros, a row of dx by the filters in reverse, each transposed.
Conv2dShape reversed(const Conv2dShape& s) {
  Conv2dShape r = s;
  r.height = s.out_height + 2 * (s.kernel_height - 1);
  r.width = r.kernel_width = 1;
  r.channels = s.filters;
  r.filters = s.width * s.channels;
  r.out_height = s.height;
  return r;
}

/// The same of any convolution of stride 1, padded as it has to be.
Conv2dShape reversed_plane(const Conv2dShape& s) {
  Conv2dShape r = s;
  r.height = s.out_height;
  r.width = s.out_width;
  r.channels = s.filters;
  r.filters = s.channels;
  r.pad_top = s.kernel_height - 1 - s.pad_top;
  r.pad_left = s.kernel_width - 1 - s.pad_left;
  r.out_height = s.height;
  r.out_width = s.width;
  return r;
}

std::vector<float> between_zeros(const Conv2dShape& s, const float* dy) {
  const std::int64_t size = out_size(s), zeros = (s.kernel_height - 1) * s.filters,
                     padded = size + 2 * zeros;
  std::vector<float> all(static_cast<std::size_t>(s.members * s.batch * padded));
  parallel_for(s.members * s.batch, [&](std::int64_t i) {
    std::copy_n(dy + i * size, size, all.data() + i * padded + zeros);
  });
  return all;
}

}  // namespace

void CpuBackend::conv2d(const Conv2dShape& s, const float* x, const float* w, const float* b,
                        float* y) {
  if (cpu::winograd_applies(s)) return cpu::conv2d_winograd(s, cpu::Images(s, x), w, b, y);
  if (spans_rows(s)) return cpu::conv2d_rows(s, cpu::Images(s, x), w, b, y);
  if (cpu::winograd_applies_to_squares(s)) return cpu::conv2d_squares(s, x, w, b, y);
  if (cpu::winograd_applies_to_planes(s)) return cpu::conv2d_planes(s, x, w, b, y);
  parallel_for(s.members * s.batch, [&](std::int64_t i) {
    const std::int64_t m = i / s.batch;
    forward_image(s, x + i * image_size(s), w + m * window_size(s) * s.filters, b + m * s.filters,
                  y + i * out_size(s));
  });
}

void CpuBackend::conv2d_backward_input(const Conv2dShape& s, const float* w, const float* dy,
                                       float* dx) {
  if (spans_rows(s) && s.stride_height == 1 && s.height == s.out_height + s.kernel_height - 1) {
    const Conv2dShape r = reversed(s);
    const std::vector<float> no_bias(static_cast<std::size_t>(r.members * r.filters));
    const auto filters =
        cpu::reversed_transposes(s.members, s.kernel_height, s.width * s.channels, s.filters, w);
    return conv2d(r, between_zeros(s, dy).data(), filters.data(), no_bias.data(), dx);
  }
  const bool squares = cpu::winograd_applies_to_squares(s);
  if (squares || cpu::winograd_applies_to_planes(s)) {
    const std::vector<float> no_bias(static_cast<std::size_t>(s.members * s.channels));
    const auto filters = cpu::reversed_transposes(s.members, s.kernel_height * s.kernel_width,
                                                  s.channels, s.filters, w);
    return (squares ? cpu::conv2d_squares : cpu::conv2d_planes)(reversed_plane(s), dy,
                                                                filters.data(), no_bias.data(), dx);
  }
  const std::int64_t filters = window_size(s) * s.filters;
  std::vector<std::vector<float>> w_transposed(static_cast<std::size_t>(s.members));
  parallel_for(s.members, [&](std::int64_t m) {
    w_transposed[static_cast<std::size_t>(m)] =
        cpu::transposed(window_size(s), s.filters, w + m * filters);
  });
  parallel_for(s.members * s.batch, [&](std::int64_t i) {
    backward_image(s, w_transposed[static_cast<std::size_t>(i / s.batch)].data(),
                   dy + i * out_size(s), dx + i * image_size(s));
  });
}

// A task owns one row of a member's filters and takes the batch in order.
void CpuBackend::conv2d_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                        float* dw) {
  if (cpu::winograd_applies(s))
    return cpu::conv2d_winograd_backward_filter(s, cpu::Images(s, x), dy, dw);
  if (spans_rows(s)) return cpu::conv2d_rows_backward_filter(s, cpu::Images(s, x), dy, dw);
  if (cpu::winograd_applies_to_squares(s)) return cpu::conv2d_squares_backward_filter(s, x, dy, dw);
  if (cpu::winograd_applies_to_planes(s)) return cpu::conv2d_planes_backward_filter(s, x, dy, dw);
  const std::int64_t window = s.kernel_width * s.channels, at_once = rows_at_once(s, window);
  parallel_for(s.members * s.kernel_height, [&](std::int64_t task) {
    const std::int64_t member = task / s.kernel_height, kh = task % s.kernel_height;
    std::vector<float> windows(static_cast<std::size_t>(at_once * s.out_width * window));
    float* gradient = dw + task * window * s.filters;
    std::fill_n(gradient, window * s.filters, 0.0f);
    for (std::int64_t image = member * s.batch; image < (member + 1) * s.batch; ++image)
      for (std::int64_t oh = 0; oh < s.out_height; oh += at_once) {
        const std::int64_t last = std::min(oh + at_once, s.out_height);
        im2col(s, oh, last, kh, kh + 1, x + image * image_size(s), windows.data());
        cpu::product(window, s.filters, (last - oh) * s.out_width, {windows.data(), 1, window},
                     dy + image * out_size(s) + oh * s.out_width * s.filters, s.filters, true,
                     gradient, s.filters);
      }
  });
}

void CpuBackend::conv2d_gathered(const Conv2dShape& s, const GatheredBytes<float>& from,
                                 const float* w, const float* b, float* y) {
  if (cpu::winograd_applies(s)) return cpu::conv2d_winograd(s, cpu::Images(s, from), w, b, y);
  if (spans_rows(s)) return cpu::conv2d_rows(s, cpu::Images(s, from), w, b, y);
  std::vector<float> x(static_cast<std::size_t>(s.members * s.batch * image_size(s)));
  gather(s.members * s.batch, image_size(s), from, x.data());
  conv2d(s, x.data(), w, b, y);
}

bool CpuBackend::has_conv2d_relu_pool(const Conv2dShape& s, const GatheredBytes<float>&) const {
  return cpu::winograd_applies(s);
}
void CpuBackend::conv2d_relu_pool(const Conv2dShape& s, const GatheredBytes<float>& x,
                                  const float* w, const float* b, float* y, std::uint8_t* argmax) {
  cpu::conv2d_winograd_relu_pool(s, cpu::Images(s, x), w, b, y, argmax);
}
void CpuBackend::conv2d_relu_pool_backward(const Conv2dShape& s, const GatheredBytes<float>& x,
                                           const float* dy, const std::uint8_t* argmax, float* dw,
                                           float* db) {
  cpu::conv2d_winograd_relu_pool_backward(s, cpu::Images(s, x), dy, argmax, dw, db);
}

void CpuBackend::conv2d_gathered_backward_filter(const Conv2dShape& s,
                                                 const GatheredBytes<float>& from, const float* dy,
                                                 float* dw) {
  if (cpu::winograd_applies(s))
    return cpu::conv2d_winograd_backward_filter(s, cpu::Images(s, from), dy, dw);
  if (spans_rows(s)) return cpu::conv2d_rows_backward_filter(s, cpu::Images(s, from), dy, dw);
  std::vector<float> x(static_cast<std::size_t>(s.members * s.batch * image_size(s)));
  gather(s.members * s.batch, image_size(s), from, x.data());
  conv2d_backward_filter(s, x.data(), dy, dw);
}

}  // namespace tutti::kernels
