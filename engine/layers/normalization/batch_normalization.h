#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// Over the last axis of any shape. In training by the batch's mean and variance, which it moves
/// into moving averages; otherwise, and where it is frozen, by those. Ioffe, Szegedy (ICML 2015).
class BatchNormalization final : public Layer {
 public:
  struct Options {
    double momentum = 0.99;            // what a moving average keeps
    double epsilon = 1e-3;             // added to the variance
    bool center = true, scale = true;  // whether there are a beta and a gamma
  };

  BatchNormalization() = default;
  explicit BatchNormalization(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace tutti
