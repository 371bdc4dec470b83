#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// [height, width, channels] -> [height', width', filters]; with one dimension (Conv1D),
/// [steps, channels] -> [steps', filters], and the lengths along width are 1.
class Conv2D final : public Layer {
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
  Variable forward(const Variable& x, const Context& pass) const override;
  Variable forward(const Batch& batch, const Context& pass) const override;
  /// With relu and a maximum over pairs of rows.
  std::optional<Variable> forward_with(const Layer& next, const Batch& batch,
                                       const Context& pass) const override;
  const Options& options() const { return options_; }

 private:
  template <class Input>
  Variable apply(const Input& x, const Context& pass) const;
  Conv2dOptions window() const;

  Options options_;
};

}  // namespace tutti
