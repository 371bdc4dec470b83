#include "kernels/cuda/conv2d_rows.h"
#include "kernels/cuda/divisor.h"
#include "kernels/cuda/gemm.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

int length(std::int64_t value) { return gemm::length(value, "conv2d"); }

/// Conv2dShape in the kernels' integers.
struct Window {
  int batch, height, kernel_height, kernel_width, pad_top, pad_left, out_height;
  int dilation_height, dilation_width;
  Divisor width, channels, filters, stride_height, stride_width, out_width;
  Divisor pixels, places;  // of an image, and of windows in it

  explicit Window(const Conv2dShape& s)
      : batch(length(s.batch)),
        height(length(s.height)),
        kernel_height(length(s.kernel_height)),
        kernel_width(length(s.kernel_width)),
        pad_top(length(s.pad_top)),
        pad_left(length(s.pad_left)),
        out_height(length(s.out_height)),
        dilation_height(length(s.dilation_height)),
        dilation_width(length(s.dilation_width)),
        width(length(s.width)),
        channels(length(s.channels)),
        filters(length(s.filters)),
        stride_height(length(s.stride_height)),
        stride_width(length(s.stride_width)),
        out_width(length(s.out_width)),
        pixels(length(s.height * s.width)),
        places(length(s.out_height * s.out_width)) {
    length(s.batch * s.height * s.width);
    length(s.batch * s.out_height * s.out_width);
  }

  int positions() const { return batch * places; }
  int taps() const { return kernel_height * kernel_width * channels; }
};

/// Where the pixels of an image are.
struct Images {
  const float* x;
  int batch;
  std::int64_t size;  // of an image
  __device__ float at(int member, int image, std::int64_t i) const {
    return x[(std::int64_t{member} * batch + image) * size + i];
  }
};
struct GatheredImages {
  GatheredBytes<float> x;
  int batch;
  std::int64_t size;
  __device__ float at(int member, int image, std::int64_t i) const {
    const std::int64_t row = x.rows[std::int64_t{member} * batch + image];
    return x.scale * x.data[row * size + i] + x.offset;
  }
};

/// x seen as the matrix of its windows: [positions, taps], or transposed.
template <class Source>
struct Windows {
  Source x;
  Window s;
  bool transposed;
  Divisor across = Divisor(s.kernel_width * s.channels);  // taps of a row of the filter

  __device__ float at(int member, int row, int k) const {
    const int position = transposed ? k : row, tap = transposed ? row : k;
    const int image = position / s.places, place = position % s.places;
    const int h =
        place / s.out_width * s.stride_height + tap / across * s.dilation_height - s.pad_top;
    const int w = place % s.out_width * s.stride_width +
                  tap % across / s.channels * s.dilation_width - s.pad_left;
    if (h < 0 || h >= s.height || w < 0 || w >= s.width) return 0;
    return x.at(member, image, (std::int64_t{h} * s.width + w) * s.channels + tap % s.channels);
  }
  __device__ bool along_depth() const { return !transposed; }
};

/// The same where filters span the image's width: a window is one run of memory.
template <class Source>
struct Runs {
  Source x;
  Divisor windows;  // of an image
  int step;         // from a window's first element to the next one's
  bool transposed;

  __device__ float at(int member, int row, int k) const {
    const int position = transposed ? k : row, tap = transposed ? row : k;
    return x.at(member, position / windows, std::int64_t{position % windows} * step + tap);
  }
  __device__ bool along_depth() const { return !transposed; }
};

/// dy seen from the pixels of x: [batch * height * width, kernel_height * kernel_width * filters].
/// An element is the gradient of the output that this pixel reaches by this place of the kernel.
struct GradientWindows {
  const float* dy;
  Window s;
  Divisor across = Divisor(s.kernel_width * s.filters);

  __device__ float at(int member, int row, int k) const {
    const int image = row / s.pixels, pixel = row % s.pixels;
    const int h = pixel / s.width + s.pad_top - k / across * s.dilation_height;
    const int w = pixel % s.width + s.pad_left - k % across / s.filters * s.dilation_width;
    const int oh = h / s.stride_height, ow = w / s.stride_width;
    if (h < 0 || w < 0 || oh >= s.out_height || ow >= s.out_width || oh * s.stride_height != h ||
        ow * s.stride_width != w)
      return 0;
    const std::int64_t position =
        ((std::int64_t{member} * s.batch + image) * s.out_height + oh) * s.out_width + ow;
    return dy[position * s.filters + k % s.filters];
  }
  __device__ bool along_depth() const { return true; }
};

/// The filter by input channels: [channels, kernel_height * kernel_width * filters].
struct FilterByChannels {
  const float* w;
  Window s;

  __device__ float at(int member, int row, int k) const {
    const std::int64_t place = k / s.filters;
    return w[std::int64_t{member} * s.kernel_height * s.kernel_width * s.channels * s.filters +
             (place * s.channels + row) * s.filters + k % s.filters];
  }
  __device__ bool along_depth() const { return true; }
};

/// Calls call(shape, windows) with x as the matrix of its windows.
template <class Source, class Call>
void with_windows(const Conv2dShape& shape, const Source& x, bool transposed, Call call) {
  const Window s(shape);
  if (spans_rows(shape))
    call(s, Runs<Source>{x, Divisor(s.out_height), s.stride_height * s.width * s.channels,
                         transposed});
  else
    call(s, Windows<Source>{x, s, transposed});
}

template <class Source>
void forward(const Conv2dShape& shape, const Source& x, const float* w, const float* b, float* y) {
  with_windows(shape, x, false, [&](const Window& s, const auto& windows) {
    multiply(GemmShape{length(shape.members), s.positions(), s.filters, s.taps()}, windows,
             by_columns(w, s.taps(), s.filters), b, y);
  });
}

template <class Source>
void backward_filter(const Conv2dShape& shape, const Source& x, const float* dy, float* dw) {
  with_windows(shape, x, true, [&](const Window& s, const auto& windows) {
    multiply(GemmShape{length(shape.members), s.taps(), s.filters, s.positions()}, windows,
             by_columns(dy, s.positions(), s.filters), nullptr, dw);
  });
}

Images images(const Conv2dShape& s, const float* x) {
  return {x, static_cast<int>(s.batch), s.height * s.width * s.channels};
}
GatheredImages images(const Conv2dShape& s, const GatheredBytes<float>& x) {
  return {x, static_cast<int>(s.batch), s.height * s.width * s.channels};
}

}  // namespace

void GpuBackend::conv2d(const Conv2dShape& s, const float* x, const float* w, const float* b,
                        float* y) {
  forward(s, images(s, x), w, b, y);
}

void GpuBackend::conv2d_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                        float* dw) {
  backward_filter(s, images(s, x), dy, dw);
}

void GpuBackend::conv2d_gathered(const Conv2dShape& s, const GatheredBytes<float>& x,
                                 const float* w, const float* b, float* y) {
  if (takes_conv2d_rows(s, x)) return conv2d_rows(s, x, w, b, y);
  forward(s, images(s, x), w, b, y);
}

void GpuBackend::conv2d_gathered_backward_filter(const Conv2dShape& s,
                                                 const GatheredBytes<float>& x, const float* dy,
                                                 float* dw) {
  if (takes_conv2d_rows(s, x)) return conv2d_rows_backward_filter(s, x, dy, dw);
  backward_filter(s, images(s, x), dy, dw);
}

void GpuBackend::conv2d_backward_input(const Conv2dShape& shape, const float* w, const float* dy,
                                       float* dx) {
  const Window s(shape);
  const GemmShape product{length(shape.members), s.batch * s.pixels, s.channels,
                          s.kernel_height * s.kernel_width * s.filters};
  multiply(product, GradientWindows{dy, s}, FilterByChannels{w, s}, nullptr, dx);
}

}  // namespace tutti::kernels::TUTTI_GPU
