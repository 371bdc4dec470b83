#pragma once
#include "engine/layers/layer.h"
#include "engine/layers/spatial.h"

namespace tutti {

/// max(x, 0) + alpha min(x, 0) with a learned alpha for every place of an example, or one for all
/// places along shared axes, which are counted with the batch as axis 0 or from the end. He and
/// others (ICCV 2015).
class PReLU final : public Layer {
 public:
  explicit PReLU(std::vector<std::int64_t> shared_axes = {})
      : shared_axes_(std::move(shared_axes)) {}
  Shape build(const Shape& input, Initializer& initializer) override {
    Shape shape = input;
    for (const auto axis : axes_of_example("PReLU", shared_axes_, input)) shape[axis] = 1;
    parameters_ = {initializer.zeros("alpha", shape)};
    return input;
  }
  Variable forward(const Variable& x, const Context&) const override {
    const ActivationFunction relu{ActivationFunction::Kind::relu};
    const Variable below = activation(relu, rescale(x, -1, 0));
    return subtract(activation(relu, x), multiply(below, parameter(0)));
  }
  const std::vector<std::int64_t>& shared_axes() const { return shared_axes_; }

 private:
  std::vector<std::int64_t> shared_axes_;
};

}  // namespace tutti
