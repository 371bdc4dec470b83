#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {
namespace {

kernels::BatchNormShape batch_norm_shape(const Shape& x, const Shape& gamma, double epsilon) {
  if (x.size() < 3 || gamma != Shape{x[0], x.back()})
    throw Error("batch_norm: x is ", x, " and gamma ", gamma,
                "; they must be [members, batch, …, channels] and [members, channels]");
  return {x[0], x.elements() / (x[0] * x.back()), x.back(), epsilon};
}

}  // namespace

Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta, double epsilon,
                    BatchStatistics& of_batch) {
  const auto shape = batch_norm_shape(x.shape(), gamma.shape(), epsilon);
  Tensor y = like(x.value());
  with_backend(y, [&](auto& backend) {
    backend.batch_norm(shape, x.value(), gamma.value(), beta.value(), of_batch.mean,
                       of_batch.variance, y);
  });
  return Variable::result(
      y, {x, gamma, beta},
      [shape, of_batch, x = x.value(), gamma = gamma.value()](const Tensor& dy) -> Gradients {
        Tensor dx = like(x), dgamma = like(gamma), dbeta = like(gamma);
        with_backend(dy, [&](auto& backend) {
          backend.batch_norm_backward(shape, x, gamma, of_batch.mean, of_batch.variance, dy, dx,
                                      dgamma, dbeta);
        });
        return {dx, dgamma, dbeta};
      });
}

Variable batch_norm_inference(const Variable& x, const Tensor& gamma, const Tensor& beta,
                              double epsilon, const BatchStatistics& given) {
  const auto shape = batch_norm_shape(x.shape(), gamma.shape(), epsilon);
  const auto apply = [=, variance = given.variance](const Tensor& from, const Tensor& mean,
                                                    const Tensor& offset) {
    Tensor to = like(from);
    with_backend(to, [&](auto& backend) {
      backend.batch_norm_inference(shape, from, gamma, offset, mean, variance, to);
    });
    return to;
  };
  // Without mean and offset it is linear, and its own gradient.
  return Variable::result(
      apply(x.value(), given.mean, beta), {x}, [apply, gamma](const Tensor& dy) -> Gradients {
        Tensor zeros = like(gamma);
        with_backend(zeros, [&](auto& backend) { backend.fill(zeros.size(), 0, zeros); });
        return {apply(dy, zeros, zeros)};
      });
}

void moving_average(double share, const Tensor& rates, const Tensor& value, Tensor& average) {
  const std::int64_t members = value.dim(0);
  with_backend(average, [&]<class Real>(kernels::Backend<Real>& backend) {
    backend.moving_average(members, value.size() / members, share,
                           rates.defined() ? rates.data<Real>() : nullptr, value, average);
  });
}

}  // namespace tutti
