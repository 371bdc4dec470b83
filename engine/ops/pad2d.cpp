#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable pad2d(const Variable& x, const Pad2dOptions& o) {
  const Shape& from = x.shape();
  if (from.size() != 5 || o.top < 0 || o.bottom < 0 || o.left < 0 || o.right < 0)
    throw Error("pad2d: x is ", from,
                ", not [members, batch, height, width, channels], or padding ",
                Shape{o.top, o.bottom, o.left, o.right}, " is negative");
  const kernels::Pad2dShape shape{from[0] * from[1], from[2], from[3], from[4], o.top,
                                  o.bottom,          o.left,  o.right};
  Tensor y = like(x.value(), {from[0], from[1], o.top + from[2] + o.bottom,
                              o.left + from[3] + o.right, from[4]});
  with_backend(y, [&](auto& backend) { backend.pad2d(shape, x.value(), y); });
  return Variable::result(y, {x}, [shape, from](const Tensor& dy) -> Gradients {
    Tensor dx = like(dy, from);
    with_backend(dx, [&](auto& backend) { backend.pad2d_backward(shape, dy, dx); });
    return {dx};
  });
}

}  // namespace tutti
