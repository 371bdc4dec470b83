#include "engine/layers/conv2d.h"

#include "engine/layers/spatial.h"
#include "engine/ops/window.h"

namespace tutti {

Shape Conv2D::build(const Shape& input, Initializer& initializer) {
  const auto& o = options_;
  expect_dimensions("Conv", o.dimensions, input);
  const Shape image = as_2d(input);
  const auto down = window_positions(image[0], dilated(o.kernel_height, o.dilation_height),
                                     o.stride_height, o.padding);
  const auto across = window_positions(image[1], dilated(o.kernel_width, o.dilation_width),
                                       o.stride_width, o.padding);
  if (down.count < 1 || across.count < 1)
    throw Error("Conv", o.dimensions, "D: a kernel of ", Shape{o.kernel_height, o.kernel_width},
                " does not fit into ", input);
  const std::int64_t window = o.kernel_height * o.kernel_width, channels = image[2];
  const Shape kernel = o.dimensions == 1
                           ? Shape{o.kernel_height, channels, o.filters}
                           : Shape{o.kernel_height, o.kernel_width, channels, o.filters};
  parameters_ = {
      initializer.glorot_uniform("kernel", kernel, window * channels, window * o.filters)};
  parameters_.push_back(initializer.optional(o.use_bias, "bias", {o.filters}));
  const Shape out{down.count, across.count, o.filters};
  return o.dimensions == 1 ? as_1d(out) : out;
}

Conv2dOptions Conv2D::window() const {
  const auto& o = options_;
  return {o.stride_height, o.stride_width, o.padding, o.dilation_height, o.dilation_width};
}

Variable Conv2D::kernel() const {
  const Variable& w = parameter(0);
  const Shape& s = w.shape();
  return options_.dimensions == 1 ? reshape(w, {s[0], s[1], 1, s[2], s[3]}) : w;
}

Variable Conv2D::before_activation(const Variable& x) const {
  if (options_.dimensions == 2) return conv2d(x, kernel(), bias(), window());
  return as_1d(conv2d(as_2d(x), kernel(), bias(), window()));
}

}  // namespace tutti
