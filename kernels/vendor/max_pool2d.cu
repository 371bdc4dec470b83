#include "kernels/cuda/gemm.h"
#include "kernels/vendor/operations.h"

namespace tutti::kernels::vendor {
namespace {

bool symmetric(const Pool2dShape& s) {
  return symmetric_padding(s.height, s.pool_height, s.stride_height, s.pad_top, s.out_height) &&
         symmetric_padding(s.width, s.pool_width, s.stride_width, s.pad_left, s.out_width);
}

/// Pooling of all members at once, as one batch.
struct Pooling {
  TensorDescriptor x, y;
  PoolingDescriptor descriptor;

  explicit Pooling(const Pool2dShape& s) {
    const auto length = [](std::int64_t value) { return cuda::gemm::length(value, "max_pool2d"); };
    const int n = length(s.members * s.batch), c = length(s.channels);
    TUTTI_VENDOR(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, n, c,
                                            length(s.height), length(s.width)));
    TUTTI_VENDOR(cudnnSetTensor4dDescriptor(y, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, n, c,
                                            length(s.out_height), length(s.out_width)));
    TUTTI_VENDOR(cudnnSetPooling2dDescriptor(descriptor, CUDNN_POOLING_MAX, CUDNN_NOT_PROPAGATE_NAN,
                                             length(s.pool_height), length(s.pool_width),
                                             length(s.pad_top), length(s.pad_left),
                                             length(s.stride_height), length(s.stride_width)));
  }
};

}  // namespace

void VendorBackend::max_pool2d(const Pool2dShape& s, const float* x, float* y) {
  if (!symmetric(s)) return GpuBackend::max_pool2d(s, x, y);
  const Pooling p(s);
  TUTTI_VENDOR(cudnnPoolingForward(dnn(), p.descriptor, &one, p.x, x, &zero, p.y, y));
}

void VendorBackend::max_pool2d_backward(const Pool2dShape& s, const float* x, const float* dy,
                                        float* dx) {
  if (!symmetric(s)) return GpuBackend::max_pool2d_backward(s, x, dy, dx);
  const Pooling p(s);
  // cuDNN wants y, which the contract does not pass.
  float* y = maxima_.floats(s.members * s.batch * s.out_height * s.out_width * s.channels);
  max_pool2d(s, x, y);
  TUTTI_VENDOR(
      cudnnPoolingBackward(dnn(), p.descriptor, &one, p.y, y, p.y, dy, p.x, x, &zero, p.x, dx));
}

}  // namespace tutti::kernels::vendor
