#include "engine/layers/conv2d.h"

#include "engine/ops/window.h"

namespace tutti {

Shape Conv2D::build(const Shape& input, Initializer& initializer) {
  if (input.size() != 3) throw Error("Conv2D: takes [height, width, channels], not ", input);
  const auto& o = options_;
  const auto down = window_positions(input[0], o.kernel_height, o.stride_height, o.padding);
  const auto across = window_positions(input[1], o.kernel_width, o.stride_width, o.padding);
  if (down.count < 1 || across.count < 1)
    throw Error("Conv2D: a kernel of ", Shape{o.kernel_height, o.kernel_width},
                " does not fit into ", input);
  const std::int64_t window = o.kernel_height * o.kernel_width;
  parameters_ = {
      initializer.glorot_uniform("kernel", {o.kernel_height, o.kernel_width, input[2], o.filters},
                                 window * input[2], window * o.filters),
      initializer.zeros("bias", {o.filters})};
  return {down.count, across.count, o.filters};
}

template <class Input>
Variable Conv2D::apply(const Input& x) const {
  return activate(options_.activation,
                  conv2d(x, parameters_[0].variable, parameters_[1].variable,
                         {options_.stride_height, options_.stride_width, options_.padding}));
}

Variable Conv2D::forward(const Variable& x, const Pass&) const { return apply(x); }
Variable Conv2D::forward(const Batch& batch, const Pass&) const { return apply(batch); }

}  // namespace tutti
