#include "engine/layers/conv2d.h"

#include "engine/layers/pooling2d.h"
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
  parameters_.push_back(o.use_bias ? initializer.zeros("bias", {o.filters})
                                   : initializer.absent("bias", {o.filters}));
  const Shape out{down.count, across.count, o.filters};
  return o.dimensions == 1 ? as_1d(out) : out;
}

template <class Input>
Variable Conv2D::apply(const Input& x, const Context& pass) const {
  const auto& o = options_;
  Variable w = parameters_[0].variable;
  const Shape& kernel = w.shape();
  if (o.dimensions == 1) w = reshape(w, {kernel[0], kernel[1], 1, kernel[2], kernel[3]});
  return activate(o.activation, conv2d(x, w, parameters_[1].variable, window()), pass);
}

Conv2dOptions Conv2D::window() const {
  const auto& o = options_;
  return {o.stride_height, o.stride_width, o.padding, o.dilation_height, o.dilation_width};
}

Variable Conv2D::forward(const Variable& x, const Context& pass) const {
  return options_.dimensions == 1 ? as_1d(apply(as_2d(x), pass)) : apply(x, pass);
}

Variable Conv2D::forward(const Batch& batch, const Context& pass) const {
  return options_.dimensions == 1 ? Layer::forward(batch, pass) : apply(batch, pass);
}

std::optional<Variable> Conv2D::forward_with(const Layer& next, const Batch& batch,
                                             const Context&) const {
  const auto* pooling = dynamic_cast<const Pooling2D*>(&next);
  if (!pooling || pooling->options() != MaxPooling2D(pairs_of_rows).options() ||
      options_.activation != Activation::relu || options_.dimensions != 2)
    return std::nullopt;
  return conv2d_relu_pool(batch, parameters_[0].variable, parameters_[1].variable, window());
}

}  // namespace tutti
