#pragma once
#include <algorithm>

#include "engine/layers/layer.h"

namespace tutti {

/// The same values in another shape, of which one length may be -1: what is left.
class Reshape final : public Layer {
 public:
  explicit Reshape(Shape target) : target_(std::move(target)) {}
  Shape build(const Shape& input, Initializer&) override {
    output_ = target_;
    const auto open = std::find(output_.begin(), output_.end(), -1);
    if (open != output_.end()) {
      *open = 1;
      *open = output_.elements() ? input.elements() / output_.elements() : 0;
    }
    if (output_.elements() != input.elements())
      throw Error("Reshape: ", input, " has not the ", target_.elements(), " values of ", target_);
    return output_;
  }
  Variable forward(const Variable& x, const Context&) const override {
    Shape shape{x.value().dim(0), x.value().dim(1)};
    shape.insert(shape.end(), output_.begin(), output_.end());
    return reshape(x, shape);
  }
  const Shape& target() const { return target_; }

 private:
  Shape target_, output_;
};

}  // namespace tutti
