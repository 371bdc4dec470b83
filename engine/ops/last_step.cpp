#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable last_step(const Variable& x) {
  if (x.shape().size() != 4)
    throw Error("last_step: x is ", x.shape(), ", not [members, batch, steps, units]");
  const std::int64_t members = x.value().dim(0), batch = x.value().dim(1), steps = x.value().dim(2),
                     units = x.value().dim(3);
  Tensor y = like(x.value(), {members, batch, units});
  with_backend(
      y, [&](auto& backend) { backend.last_step(members * batch, steps, units, x.value(), y); });
  return Variable::result(y, {x}, [=, shape = x.shape()](const Tensor& dy) -> Gradients {
    Tensor dx = like(dy, shape);
    with_backend(dx, [&](auto& backend) {
      backend.last_step_backward(members * batch, steps, units, dy, dx);
    });
    return {dx};
  });
}

}  // namespace tutti
