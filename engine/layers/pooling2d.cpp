#include "engine/layers/pooling2d.h"

#include "engine/layers/spatial.h"
#include "engine/ops/window.h"

namespace tutti {

Shape Pooling2D::build(const Shape& input, Initializer&) {
  expect_dimensions(options_.pooling == Pooling::max ? "MaxPooling" : "AveragePooling",
                    options_.dimensions, input);
  const Shape image = as_2d(input);
  const bool global = !options_.window;
  const auto window = options_.window.value_or(Pool2dOptions{image[0], image[1], 1, 1});
  const auto down = window_positions(image[0], window.height, window.stride_height, window.padding);
  const auto across = window_positions(image[1], window.width, window.stride_width, window.padding);
  if (down.count < 1 || across.count < 1)
    throw Error("pooling: a window of ", Shape{window.height, window.width}, " does not fit into ",
                input);
  window_ = window;
  if (global && !options_.keepdims) return {image[2]};
  const Shape out{down.count, across.count, image[2]};
  return options_.dimensions == 1 ? as_1d(out) : out;
}

Variable Pooling2D::forward(const Variable& x, const Context&) const {
  const Variable image = as_2d(x);
  const Pool2dOptions& window = built(window_);
  const Variable y =
      options_.pooling == Pooling::max ? max_pool2d(image, window) : avg_pool2d(image, window);
  const Shape& s = y.shape();
  if (!options_.window && !options_.keepdims) return reshape(y, {s[0], s[1], s[4]});
  return options_.dimensions == 1 ? as_1d(y) : y;
}

}  // namespace tutti
