#include "engine/gradient.h"

#include "engine/dispatch.h"

namespace tutti {

const Tensor& Gradient::tensor() const {
  if (product()) {
    const auto& [shape, x, dy] = product_;
    tensor_ = like(dy, {shape.members, shape.inputs, shape.outputs});
    with_backend(tensor_,
                 [&](auto& backend) { backend.dense_backward_weights(shape, x, dy, tensor_); });
    product_ = {};
  }
  return tensor_;
}

Tensor sum(const Tensor& a, const Tensor& b) {
  Tensor y = like(a);
  with_backend(y, [&](auto& backend) {
    backend.arithmetic(kernels::Arithmetic::add, kernels::contiguous(y.size()), a, b, y);
  });
  return y;
}

}  // namespace tutti
