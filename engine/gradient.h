#pragma once
#include "engine/tensor.h"
#include "kernels/backend.h"

namespace tutti {

/// The factors of a dense layer's gradient of its weights, x^T dy for each member.
struct DenseProduct {
  kernels::DenseShape shape;
  Tensor x, dy;
};

/// A gradient: a tensor, or a product that is formed for those who want the tensor. Adam does not.
class Gradient {
 public:
  Gradient() = default;  // none
  Gradient(Tensor tensor) : tensor_(std::move(tensor)) {}
  Gradient(DenseProduct product) : product_(std::move(product)) {}

  bool defined() const { return tensor_.defined() || product(); }
  const Tensor& tensor() const;  // undefined where there is none
  /// Null where there is no product, or somebody wanted the tensor.
  const DenseProduct* product() const { return product_.x.defined() ? &product_ : nullptr; }

 private:
  mutable Tensor tensor_;
  mutable DenseProduct product_{};
};

/// Two gradients of one shape added up.
Tensor sum(const Tensor& a, const Tensor& b);

}  // namespace tutti
