#pragma once
#include <cmath>

#include "engine/layers/layer.h"

namespace tutti {

/// Adds normal numbers of this standard deviation in training; passes everything through otherwise.
class GaussianNoise final : public Layer {
 public:
  explicit GaussianNoise(double stddev) : stddev_(stddev) {}
  Shape build(const Shape& input, Initializer& initializer) override {
    if (!(stddev_ >= 0) || std::isinf(stddev_))
      throw Error("GaussianNoise: its standard deviation is ", stddev_,
                  ", not finite and at least 0");
    number_ = initializer.next_dropout();
    return input;
  }
  Variable forward(const Variable& x, const Context& context) const override {
    const std::uint64_t number = built(number_);
    if (!context.training || stddev_ == 0) return x;
    return gaussian_noise(x, stddev_, context.dropout_draws, number);
  }
  double stddev() const { return stddev_; }

 private:
  double stddev_;
  std::optional<std::uint64_t> number_;  // tells this layer's draws from another's
};

}  // namespace tutti
