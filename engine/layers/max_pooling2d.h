#pragma once
#include "engine/layer.h"

namespace tutti {

/// [height, width, channels] -> [height', width', channels]
class MaxPooling2D final : public Layer {
 public:
  explicit MaxPooling2D(const Pool2dOptions& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Pass& pass) const override;
  const Pool2dOptions& options() const { return options_; }

 private:
  Pool2dOptions options_;
};

}  // namespace tutti
