#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// What follows a layer's sum: a function of each number, or a softmax along the last axis.
struct Activation {
  ActivationFunction function;
  bool is_softmax = false;

  bool operator==(const Activation&) const = default;

  static const Activation linear, relu, softmax;
};
inline constexpr Activation Activation::linear{};
inline constexpr Activation Activation::relu{{ActivationFunction::Kind::relu}};
inline constexpr Activation Activation::softmax{{}, true};

inline Variable activate(const Activation& activation, const Variable& x) {
  return activation.is_softmax ? softmax(x) : tutti::activation(activation.function, x);
}

/// A layer that ends in an activation, and can compute what comes before it.
class ActivatedLayer : public Layer {
 public:
  virtual const Activation& activation() const = 0;
  virtual Variable before_activation(const Variable& x) const = 0;
  Variable forward(const Variable& x, const Context&) const final {
    return activate(activation(), before_activation(x));
  }
};

/// An activation on its own, of any shape.
class ActivationLayer final : public ActivatedLayer {
 public:
  explicit ActivationLayer(const Activation& activation) : activation_(activation) {}
  Shape build(const Shape& input, Initializer&) override { return input; }
  const Activation& activation() const override { return activation_; }
  Variable before_activation(const Variable& x) const override { return x; }

 private:
  Activation activation_;
};

inline ActivationLayer Relu() { return ActivationLayer(Activation::relu); }

}  // namespace tutti
