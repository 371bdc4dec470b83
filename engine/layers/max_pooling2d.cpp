#include "engine/layers/max_pooling2d.h"

#include "engine/ops/window.h"

namespace tutti {

Shape MaxPooling2D::build(const Shape& input, Initializer&) {
  if (input.size() != 3) throw Error("MaxPooling2D: takes [height, width, channels], not ", input);
  const auto& o = options_;
  const auto down = window_positions(input[0], o.height, o.stride_height, o.padding);
  const auto across = window_positions(input[1], o.width, o.stride_width, o.padding);
  if (down.count < 1 || across.count < 1)
    throw Error("MaxPooling2D: a window of ", Shape{o.height, o.width}, " does not fit into ",
                input);
  return {down.count, across.count, input[2]};
}

Variable MaxPooling2D::forward(const Variable& x, const Pass&) const {
  return max_pool2d(x, options_);
}

}  // namespace tutti
