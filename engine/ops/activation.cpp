#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable activation(const ActivationFunction& f, const Variable& x) {
  if (f.kind == ActivationFunction::Kind::linear) return x;
  Tensor y = like(x.value());
  with_backend(y, [&](auto& backend) { backend.activation(f, y.size(), x.value(), y); });
  const Tensor at = f.has_derivative_from_input() ? x.value() : y;
  return Variable::result(y, {x}, [f, at](const Tensor& dy) -> Gradients {
    Tensor dx = like(dy);
    with_backend(dy, [&](auto& backend) { backend.activation_backward(f, dy.size(), at, dy, dx); });
    return {dx};
  });
}

}  // namespace tutti
