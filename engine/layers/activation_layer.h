#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// An activation on its own, of any shape.
class ActivationLayer final : public Layer {
 public:
  explicit ActivationLayer(const Activation& activation) : activation_(activation) {}
  Shape build(const Shape& input, Initializer&) override { return input; }
  Variable forward(const Variable& x, const Context& pass) const override {
    return activate(activation_, x, pass);
  }
  const Activation& activation() const { return activation_; }

 private:
  Activation activation_;
};

}  // namespace tutti
