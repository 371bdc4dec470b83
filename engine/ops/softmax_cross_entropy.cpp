#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Tensor softmax(const Tensor& x) {
  const std::int64_t classes = x.shape().back();
  Tensor y = like(x);
  with_backend(y, [&](auto& backend) { backend.softmax(x.size() / classes, classes, x, y); });
  return y;
}

Variable softmax(const Variable& x) {
  const Tensor y = softmax(x.value());
  return Variable::result(y, {x}, [y](const Tensor& dy) -> Gradients {
    const std::int64_t classes = y.shape().back();
    Tensor dx = like(y);
    with_backend(dx, [&](auto& backend) {
      backend.softmax_backward(y.size() / classes, classes, y, dy, dx);
    });
    return {dx};
  });
}

std::pair<Variable, Tensor> softmax_cross_entropy(const Variable& x, const Tensor& labels) {
  if (x.shape().size() != 3 || labels.shape() != Shape{x.value().dim(0), x.value().dim(1)})
    throw Error("softmax_cross_entropy: x is ", x.shape(), " and labels ", labels.shape(),
                "; they must be [members, batch, classes] and [members, batch]");
  const std::int64_t members = x.value().dim(0), batch = x.value().dim(1),
                     classes = x.value().dim(2);
  Tensor probabilities = like(x.value()), loss = like(x.value(), {members});
  with_backend(loss, [&](auto& backend) {
    backend.softmax_cross_entropy(members, batch, classes, x.value(), labels, probabilities, loss);
  });
  return {Variable::result(loss, {x},
                           [=](const Tensor& dloss) -> Gradients {
                             Tensor dx = like(probabilities);
                             with_backend(dx, [&](auto& backend) {
                               backend.softmax_cross_entropy_backward(
                                   members, batch, classes, probabilities, labels, dloss, dx);
                             });
                             return {dx};
                           }),
          probabilities};
}

}  // namespace tutti
