#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable rescale(const Variable& x, double scale, double offset) {
  Tensor y = like(x.value());
  with_backend(y, [&](auto& backend) { backend.rescale(y.size(), scale, offset, x.value(), y); });
  return Variable::result(y, {x}, [scale](const Tensor& dy) -> Gradients {
    Tensor dx = like(dy);
    with_backend(dx, [&](auto& backend) { backend.rescale(dx.size(), scale, 0, dy, dx); });
    return {dx};
  });
}

}  // namespace tutti
