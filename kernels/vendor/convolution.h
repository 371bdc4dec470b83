#pragma once
#include <optional>

#include "kernels/backend.h"
#include "kernels/vendor/handles.h"
#include "kernels/vendor/layout.h"

namespace tutti::kernels::vendor {

/// Forward, or one of the gradients: how cuDNN computes it fastest, once that is known.
template <class Found>
struct Pass {
  ConvolutionDescriptor descriptor;
  std::optional<Found> fastest = std::nullopt;
};

/// A convolution of one member, as cuDNN computes it.
struct Convolution {
  explicit Convolution(const Conv2dShape& s);

  Conv2dShape shape;  // without padding, and x as large as its windows, if that is not symmetric
  bool padded;        // whether it is another shape than ours
  Transposition filter;
  std::int64_t x_size, w_size, y_size;  // of a member

  TensorDescriptor x, y;
  FilterDescriptor w;
  Pass<cudnnConvolutionFwdAlgoPerf_t> forward;
  Pass<cudnnConvolutionBwdDataAlgoPerf_t> backward_input;
  Pass<cudnnConvolutionBwdFilterAlgoPerf_t> backward_filter;
};

}  // namespace tutti::kernels::vendor
