#include "kernels/cuda/gemm.h"
#include "kernels/vendor/operations.h"

namespace tutti::kernels::vendor {
namespace {

/// Rows and columns that a window spans.
std::int64_t window_height(const Conv2dShape& s) {
  return s.dilation_height * (s.kernel_height - 1) + 1;
}
std::int64_t window_width(const Conv2dShape& s) {
  return s.dilation_width * (s.kernel_width - 1) + 1;
}

bool symmetric(const Conv2dShape& s) {
  return symmetric_padding(s.height, window_height(s), s.stride_height, s.pad_top, s.out_height) &&
         symmetric_padding(s.width, window_width(s), s.stride_width, s.pad_left, s.out_width);
}

Conv2dShape without_padding(Conv2dShape s) {
  s.height = (s.out_height - 1) * s.stride_height + window_height(s);
  s.width = (s.out_width - 1) * s.stride_width + window_width(s);
  s.pad_top = s.pad_left = 0;
  return s;
}

int length(std::int64_t value) { return cuda::gemm::length(value, "conv2d"); }

void describe(const Conv2dShape& s, cudnnConvolutionDescriptor_t descriptor) {
  TUTTI_VENDOR(cudnnSetConvolution2dDescriptor(descriptor, length(s.pad_top), length(s.pad_left),
                                               length(s.stride_height), length(s.stride_width),
                                               length(s.dilation_height), length(s.dilation_width),
                                               CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  TUTTI_VENDOR(cudnnSetConvolutionMathType(descriptor, math_type()));
}

/// cuDNN tries all of its algorithms at the first call: find(number of results, results) for one,
/// the fastest. Beside the math that is allowed it tries FMA, and may find that faster.
template <class Found, class Find>
const Found& fastest(Pass<Found>& pass, Find find) {
  if (!pass.fastest) {
    int count = 0;
    Found found{};
    find(&count, &found);
    if (count == 0) throw Error("cudnn: no algorithm for this convolution");
    check(found.status, "the fastest algorithm of a convolution");
    if (precision() != Precision::fp32)
      TUTTI_VENDOR(cudnnSetConvolutionMathType(pass.descriptor, found.mathType));
    pass.fastest = found;
  }
  return *pass.fastest;
}

}  // namespace

Convolution::Convolution(const Conv2dShape& s)
    : shape(symmetric(s) ? s : without_padding(s)), padded(!symmetric(s)) {
  const std::int64_t taps = s.kernel_height * s.kernel_width * s.channels;
  x_size = s.batch * shape.height * shape.width * s.channels;
  w_size = taps * s.filters;
  y_size = s.batch * s.out_height * s.out_width * s.filters;
  filter = {taps, s.filters, 1, w_size, {0}};

  const int c = length(s.channels), f = length(s.filters), n = length(s.batch);
  TUTTI_VENDOR(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, n, c,
                                          length(shape.height), length(shape.width)));
  TUTTI_VENDOR(cudnnSetTensor4dDescriptor(y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, n, f,
                                          length(s.out_height), length(s.out_width)));
  TUTTI_VENDOR(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, f, c,
                                          length(s.kernel_height), length(s.kernel_width)));
  describe(shape, forward.descriptor);
  describe(shape, backward_input.descriptor);
  describe(shape, backward_filter.descriptor);
}

Convolution& VendorBackend::convolution(const Conv2dShape& s) {
  return convolutions_.try_emplace(key(s), s).first->second;
}

const float* VendorBackend::images(const Conv2dShape& s, const Convolution& c, const float* x) {
  if (!c.padded) return x;
  float* images = images_.floats(s.members * c.x_size);
  pad(s, c.shape, x, images);
  return images;
}

const float* VendorBackend::gathered(const Conv2dShape& s, const GatheredBytes<float>& x) {
  const std::int64_t count = s.members * s.batch, size = s.height * s.width * s.channels;
  float* images = gathered_.floats(count * size);
  gather(count, size, x, images);
  return images;
}

void VendorBackend::conv2d(const Conv2dShape& s, const float* x, const float* w, const float* b,
                           float* y) {
  Convolution& c = convolution(s);
  const auto& found = fastest(c.forward, [&](int* count, auto* results) {
    TUTTI_VENDOR(cudnnFindConvolutionForwardAlgorithm(dnn(), c.x, c.w, c.forward.descriptor, c.y, 1,
                                                      count, results));
  });
  const float* from = images(s, c, x);
  float* filters = filters_.floats(s.members * c.w_size);
  to_vendor(s.members, c.filter, w, filters);
  void* workspace = workspace_.bytes(found.memory);
  for (std::int64_t m = 0; m < s.members; ++m)
    TUTTI_VENDOR(cudnnConvolutionForward(dnn(), &one, c.x, from + m * c.x_size, c.w,
                                         filters + m * c.w_size, c.forward.descriptor, found.algo,
                                         workspace, found.memory, &zero, c.y, y + m * c.y_size));
  add_bias(s.members, s.batch * s.out_height * s.out_width, s.filters, b, y);
}

void VendorBackend::conv2d_backward_input(const Conv2dShape& s, const float* w, const float* dy,
                                          float* dx) {
  Convolution& c = convolution(s);
  const auto& found = fastest(c.backward_input, [&](int* count, auto* results) {
    TUTTI_VENDOR(cudnnFindConvolutionBackwardDataAlgorithm(
        dnn(), c.w, c.y, c.backward_input.descriptor, c.x, 1, count, results));
  });
  float* to = c.padded ? images_.floats(s.members * c.x_size) : dx;
  float* filters = filters_.floats(s.members * c.w_size);
  to_vendor(s.members, c.filter, w, filters);
  void* workspace = workspace_.bytes(found.memory);
  for (std::int64_t m = 0; m < s.members; ++m)
    TUTTI_VENDOR(cudnnConvolutionBackwardData(dnn(), &one, c.w, filters + m * c.w_size, c.y,
                                              dy + m * c.y_size, c.backward_input.descriptor,
                                              found.algo, workspace, found.memory, &zero, c.x,
                                              to + m * c.x_size));
  if (c.padded) crop(s, c.shape, to, dx);
}

void VendorBackend::conv2d_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                           float* dw) {
  Convolution& c = convolution(s);
  const auto& found = fastest(c.backward_filter, [&](int* count, auto* results) {
    TUTTI_VENDOR(cudnnFindConvolutionBackwardFilterAlgorithm(
        dnn(), c.x, c.y, c.backward_filter.descriptor, c.w, 1, count, results));
  });
  const float* from = images(s, c, x);
  float* filters = filters_.floats(s.members * c.w_size);
  void* workspace = workspace_.bytes(found.memory);
  for (std::int64_t m = 0; m < s.members; ++m)
    TUTTI_VENDOR(cudnnConvolutionBackwardFilter(
        dnn(), &one, c.x, from + m * c.x_size, c.y, dy + m * c.y_size, c.backward_filter.descriptor,
        found.algo, workspace, found.memory, &zero, c.w, filters + m * c.w_size));
  from_vendor(s.members, c.filter, filters, dw);
}

void VendorBackend::conv2d_gathered(const Conv2dShape& s, const GatheredBytes<float>& x,
                                    const float* w, const float* b, float* y) {
  conv2d(s, gathered(s, x), w, b, y);
}

void VendorBackend::conv2d_gathered_backward_filter(const Conv2dShape& s,
                                                    const GatheredBytes<float>& x, const float* dy,
                                                    float* dw) {
  conv2d_backward_filter(s, gathered(s, x), dy, dw);
}

}  // namespace tutti::kernels::vendor
