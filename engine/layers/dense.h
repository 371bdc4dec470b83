#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// [inputs] -> [units], or along the last of several axes
class Dense final : public Layer {
 public:
  struct Options {
    std::int64_t units;
    Activation activation = Activation::linear;
    double l2 = 0;  // of the kernel
    bool use_bias = true;
  };

  explicit Dense(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& pass) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace tutti
