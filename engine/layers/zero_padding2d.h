#pragma once
#include "engine/layers/layer.h"
#include "engine/layers/spatial.h"

namespace tutti {

/// [height, width, channels] -> [top + height + bottom, left + width + right, channels]; with one
/// dimension, [steps, channels] -> [top + steps + bottom, channels].
class ZeroPadding2D final : public Layer {
 public:
  struct Options {
    Pad2dOptions padding;
    int dimensions = 2;
  };

  explicit ZeroPadding2D(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer&) override {
    expect_dimensions("ZeroPadding", options_.dimensions, input);
    const auto& [top, bottom, left, right] = options_.padding;
    const Shape image = as_2d(input);
    const Shape out{top + image[0] + bottom, left + image[1] + right, image[2]};
    return options_.dimensions == 1 ? as_1d(out) : out;
  }
  Variable forward(const Variable& x, const Context&) const override {
    const Variable y = pad2d(as_2d(x), options_.padding);
    return options_.dimensions == 1 ? as_1d(y) : y;
  }
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace tutti
