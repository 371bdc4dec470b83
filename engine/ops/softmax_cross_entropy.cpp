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

Tensor soft_targets(const Tensor& labels, std::int64_t classes, const SoftTargets& options) {
  if (labels.shape().size() != 2 || classes < 1)
    throw Error("soft_targets: labels are ", labels.shape(), " of ", classes,
                " classes; they must be [members, batch] of at least 1");
  if (!(options.smoothing >= 0 && options.smoothing <= 1))
    throw Error("soft_targets: smoothing is ", options.smoothing, ", not in [0, 1]");
  const std::int64_t members = labels.dim(0), batch = labels.dim(1);
  const Tensor& weights = options.class_weights;
  if (weights.defined() && weights.shape() != Shape{members, classes})
    throw Error("soft_targets: class weights are ", weights.shape(), ", not ",
                Shape{members, classes});
  Tensor targets = Tensor::empty({members, batch, classes}, options.type, labels.device());
  with_real(targets, [&]<class Real>() {
    kernels::backend<Real>(targets.device())
        .soft_targets(members, batch, classes, options.smoothing, labels,
                      weights.defined() ? weights.data<Real>() : nullptr, targets);
  });
  return targets;
}

std::pair<Variable, Tensor> softmax_cross_entropy(const Variable& x, const Tensor& targets) {
  const bool labels = targets.dtype() == DType::int32;
  const Shape& shape = x.shape();
  if (shape.size() != 3 || targets.shape() != (labels ? Shape{shape[0], shape[1]} : shape))
    throw Error("softmax_cross_entropy: x is ", shape, " and ", labels ? "labels " : "targets ",
                targets.shape(), "; they must be [members, batch, classes] and [members, batch",
                labels ? "]" : ", classes]");
  const std::int64_t members = shape[0], batch = shape[1], classes = shape[2];
  Tensor probabilities = like(x.value()), loss = like(x.value(), {members});
  with_backend(loss, [&](auto& backend) {
    if (labels)
      backend.softmax_cross_entropy(members, batch, classes, x.value(), targets, probabilities,
                                    loss);
    else
      backend.soft_cross_entropy(members, batch, classes, x.value(), targets, probabilities, loss);
  });
  const auto backward = [=](const Tensor& dloss) -> Gradients {
    Tensor dx = like(probabilities);
    with_backend(dx, [&](auto& backend) {
      if (labels)
        backend.softmax_cross_entropy_backward(members, batch, classes, probabilities, targets,
                                               dloss, dx);
      else
        backend.soft_cross_entropy_backward(members, batch, classes, probabilities, targets, dloss,
                                            dx);
    });
    return {dx};
  };
  return {Variable::result(loss, {x}, backward), probabilities};
}

}  // namespace tutti
