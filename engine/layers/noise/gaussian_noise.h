#pragma once
#include <cmath>

#include "engine/layers/layer.h"

namespace tutti {

/// Adds normal numbers of this standard deviation in training; passes everything through otherwise.
class GaussianNoise final : public Layer {
 public:
  explicit GaussianNoise(double deviation) : deviation_(deviation) {}
  Shape build(const Shape& input, Initializer& initializer) override {
    if (!(deviation_ >= 0) || std::isinf(deviation_))
      throw Error("GaussianNoise: the deviation is ", deviation_, ", not finite and at least 0");
    number_ = initializer.next_dropout();
    return input;
  }
  Variable forward(const Variable& x, const Context& context) const override {
    if (!context.training || deviation_ == 0) return x;
    return gaussian_noise(x, deviation_, context.dropout_draws, number_);
  }
  double deviation() const { return deviation_; }

 private:
  double deviation_;
  std::uint64_t number_ = 0;  // tells this layer's draws from another's
};

}  // namespace tutti
