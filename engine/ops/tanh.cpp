#include "engine/dispatch.h"
#include "engine/ops.h"

namespace tutti {

Variable tanh(const Variable& x) {
  Tensor y = like(x.value());
  with_backend(y, [&](auto& backend) { backend.tanh(y.size(), x.value(), y); });
  return Variable::result(y, {x}, [y](const Tensor& dy) -> Gradients {
    Tensor dx = like(dy);
    with_backend(dy, [&](auto& backend) { backend.tanh_backward(dy.size(), y, dy, dx); });
    return {dx};
  });
}

}  // namespace tutti
