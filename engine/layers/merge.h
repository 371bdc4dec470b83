#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// The sum of two or more inputs of one shape.
class Add final : public Layer {
 public:
  Shape build(const std::vector<Shape>& inputs, Initializer& initializer) override;
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
};

/// Two or more inputs beside each other along an axis of one example (-1: the last), in whose
/// length alone they may differ.
class Concatenate final : public Layer {
 public:
  explicit Concatenate(std::int64_t axis = -1) : axis_(axis) {}
  Shape build(const std::vector<Shape>& inputs, Initializer& initializer) override;
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
  std::int64_t axis() const { return axis_; }

 private:
  std::int64_t axis_;
};

}  // namespace tutti
