#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// One layer on every step alike: [steps, …] -> [steps, …].
class TimeDistributed final : public Layer {
 public:
  explicit TimeDistributed(std::unique_ptr<Layer> layer) { add_child(std::move(layer), "layer"); }
  Shape build(const Shape& input, Initializer& initializer) override {
    if (input.size() < 2)
      throw Error("TimeDistributed: takes [steps, …] of two axes or more, not ", input);
    step_ = build_child(0, Shape(input.begin() + 1, input.end()), initializer);
    Shape output = *step_;
    output.insert(output.begin(), input[0]);
    return output;
  }
  Variable forward(const Variable& x, const Context& context) const override {
    const Shape &from = x.shape(), &step = built(step_);
    Shape steps{from[0], from[1] * from[2]}, output{from[0], from[1], from[2]};
    steps.insert(steps.end(), from.begin() + 3, from.end());
    output.insert(output.end(), step.begin(), step.end());
    const std::vector<Variable> inputs{reshape(x, steps)};
    return reshape(children()[0].layer->forward(inputs, context), output);
  }

 private:
  std::optional<Shape> step_;  // of the outputs of one step
};

}  // namespace tutti
