#pragma once
#include <algorithm>

#include "engine/layers/layer.h"

namespace tutti {

/// The same values in another shape, of which one length may be -1: what is left.
class Reshape final : public Layer {
 public:
  explicit Reshape(Shape target) : target_(std::move(target)) {}
  Shape build(const Shape& input, Initializer&) override {
    Shape output = target_;
    const auto open = std::find(output.begin(), output.end(), -1);
    if (open != output.end()) {
      *open = 1;
      *open = output.elements() ? input.elements() / output.elements() : 0;
    }
    if (output.elements() != input.elements())
      throw Error("Reshape: ", input, " has not the ", target_.elements(), " values of ", target_);
    return *(output_ = output);
  }
  Variable forward(const Variable& x, const Context&) const override {
    Shape shape{x.value().dim(0), x.value().dim(1)};
    const Shape& output = built(output_);
    shape.insert(shape.end(), output.begin(), output.end());
    return reshape(x, shape);
  }
  const Shape& target() const { return target_; }

 private:
  Shape target_;
  std::optional<Shape> output_;
};

}  // namespace tutti
