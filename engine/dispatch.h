#pragma once
#include "engine/tensor.h"
#include "kernels/backend.h"

namespace tutti {

/// Calls run.operator()<Real>() with the type of the tensor's elements.
template <class Run>
void with_real(const Tensor& tensor, Run run) {
  if (tensor.dtype() == DType::float64) return run.template operator()<double>();
  if (tensor.dtype() == DType::float32) return run.template operator()<float>();
  throw Error("tensor ", tensor.shape(), ": ", name(tensor.dtype()), " has no arithmetic");
}

/// Calls run(backend) with the implementation for the tensor's device and type.
template <class Run>
void with_backend(const Tensor& tensor, Run run) {
  with_real(tensor, [&]<class Real>() { run(kernels::backend<Real>(tensor.device())); });
}

/// A new tensor of the same type and device; of the same shape unless another is given.
inline Tensor like(const Tensor& tensor) {
  return Tensor::empty(tensor.shape(), tensor.dtype(), tensor.device());
}
inline Tensor like(const Tensor& tensor, Shape shape) {
  return Tensor::empty(std::move(shape), tensor.dtype(), tensor.device());
}

}  // namespace tutti
