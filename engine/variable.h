#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "engine/gradient.h"

namespace tutti {

/// Gradients of an operation's inputs, in their order; an undefined one where none is wanted.
using Gradients = std::vector<Gradient>;

/// A value and how it came about. Values that nothing needs for a gradient are freed at once: a
/// Variable keeps its value, but the record of operations keeps only what `backward` captured.
class Variable {
 public:
  /// What an operation does with the gradient of its output.
  using Backward = std::function<Gradients(const Tensor& dy)>;

  Variable() = default;
  explicit Variable(Tensor value, bool requires_grad = false);

  /// The output of an operation. `backward` may be called once, and only if an input requires a
  /// gradient; without such an input nothing is recorded.
  static Variable result(Tensor value, const std::vector<Variable>& inputs, Backward backward);

  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  bool requires_grad() const { return node_ != nullptr; }

  /// Of a leaf, after backward(): the gradient, of the value's shape; undefined if it had no part.
  const Tensor& grad() const { return gradient().tensor(); }
  const Gradient& gradient() const;
  /// Of a leaf: puts another in its place.
  void set_grad(Tensor gradient) const;
  /// The same for all handles of one leaf, and of no other.
  const void* leaf() const { return node_.get(); }

 private:
  friend void backward(const Variable&, const Tensor&, const std::function<void(const void*)>&);
  struct Node;

  Tensor value_;
  std::shared_ptr<Node> node_;  // null if no gradient is wanted
};

/// Sets the gradient of the sum of `loss` in every leaf that took part in it, replacing older ones.
/// The record is used up. `ones`, of the loss' shape, are made unless they are given; other numbers
/// weigh the sum. on_gradient is told of each leaf() as soon as its gradient is known.
void backward(const Variable& loss, const Tensor& ones = {},
              const std::function<void(const void* leaf)>& on_gradient = {});

}  // namespace tutti
