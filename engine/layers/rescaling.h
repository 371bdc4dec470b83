#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// scale * x + offset, of any shape. In front of a model it costs nothing: the bytes of a data set
/// are scaled as they are read.
class Rescaling final : public Layer {
 public:
  explicit Rescaling(double scale, double offset = 0) : scale_(scale), offset_(offset) {}
  Shape build(const Shape& input, Initializer&) override { return input; }
  Variable forward(const Variable& x, const Context&) const override {
    return rescale(x, scale_, offset_);
  }
  double scale() const { return scale_; }
  double offset() const { return offset_; }

 private:
  double scale_, offset_;
};

}  // namespace tutti
