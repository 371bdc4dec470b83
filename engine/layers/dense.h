#pragma once
#include "engine/layers/activation.h"

namespace tutti {

/// [inputs] -> [units], or along the last of several axes
class Dense final : public ActivatedLayer {
 public:
  struct Options {
    std::int64_t units;
    Activation activation = Activation::linear;
    double l2 = 0;  // of the kernel
    bool use_bias = true;
  };

  explicit Dense(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  const Activation& activation() const override { return options_.activation; }
  Variable before_activation(const Variable& x) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace tutti
