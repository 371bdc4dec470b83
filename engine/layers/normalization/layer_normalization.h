#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// Every example by its own mean and variance over the last axes. Ba, Kiros, Hinton (2016).
class LayerNormalization final : public Layer {
 public:
  struct Options {
    /// Counted with the batch as axis 0, or from the end; together they are the last ones.
    std::vector<std::int64_t> axes = {-1};
    double epsilon = 1e-3;             // added to the variance
    bool center = true, scale = true;  // whether there are a beta and a gamma
  };

  LayerNormalization() = default;
  explicit LayerNormalization(Options options) : options_(std::move(options)) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace tutti
