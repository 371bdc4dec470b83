#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {
namespace {

kernels::DenseShape dense_shape(const Shape& x, const Shape& w, const Shape& b) {
  if (x.size() != 3 || w.size() != 3 || w[0] != x[0] || w[1] != x[2] || b != Shape{x[0], w[2]})
    throw Error(
        "dense: x is ", x, ", w ", w, ", b ", b,
        "; they must be [members, batch, inputs], [members, inputs, outputs], [members, outputs]");
  return {x[0], x[1], x[2], w[2]};
}

}  // namespace

Variable dense(const Variable& x, const Variable& w, const Variable& b) {
  const auto shape = dense_shape(x.shape(), w.shape(), b.shape());
  Tensor y = like(x.value(), {shape.members, shape.batch, shape.outputs});
  with_backend(y, [&](auto& backend) { backend.dense(shape, x.value(), w.value(), b.value(), y); });
  return Variable::result(
      y, {x, w, b},
      [=, x_wanted = x.requires_grad(), x = x.value(),
       w = w.value()](const Tensor& dy) -> Gradients {
        Tensor dx = x_wanted ? like(x) : Tensor(), db = like(w, {shape.members, shape.outputs});
        with_backend(dy, [&](auto& backend) {
          if (x_wanted) backend.dense_backward_input(shape, w, dy, dx);
          backend.bias_backward(shape.members, shape.batch, shape.outputs, dy, db);
        });
        return {dx, DenseProduct{shape, x, dy}, db};
      });
}

}  // namespace tutti
