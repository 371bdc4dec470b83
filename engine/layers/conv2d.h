#pragma once
#include "engine/layers/activation.h"

namespace tutti {

/// [height, width, channels] -> [height', width', filters]; with one dimension (Conv1D),
/// [steps, channels] -> [steps', filters], and the lengths along width are 1.
class Conv2D final : public ActivatedLayer {
 public:
  struct Options {
    std::int64_t filters;
    std::int64_t kernel_height, kernel_width;
    std::int64_t stride_height = 1, stride_width = 1;
    Padding padding = Padding::valid;
    Activation activation = Activation::linear;
    std::int64_t dilation_height = 1, dilation_width = 1;
    int dimensions = 2;
    bool use_bias = true;
  };

  explicit Conv2D(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  const Activation& activation() const override { return options_.activation; }
  Variable before_activation(const Variable& x) const override;
  const Options& options() const { return options_; }

  /// What the operation is given, where a plan does it together with others.
  Conv2dOptions window() const;
  /// [M, kernel height, kernel width, channels, filters]
  Variable kernel() const;
  const Variable& bias() const { return parameter(1); }

 private:
  Options options_;
};

}  // namespace tutti
