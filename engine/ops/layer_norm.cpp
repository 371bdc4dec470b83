#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable layer_norm(const Variable& x, const Variable& gamma, const Variable& beta,
                    double epsilon) {
  const Shape& from = x.shape();
  if (from.size() < 2 || from.back() == 0 || gamma.shape() != Shape{from[0], from.back()} ||
      beta.shape() != gamma.shape())
    throw Error("layer_norm: x is ", from, ", gamma ", gamma.shape(), ", beta ", beta.shape(),
                "; they must be [members, …, features] and twice [members, features]");
  const std::int64_t members = from[0], features = from.back(),
                     rows = x.value().size() / (members * features);
  const kernels::LayerNormShape shape{members, rows, features, epsilon};
  Tensor y = like(x.value()), mean = like(y, {members, rows}), scale = like(mean);
  with_backend(y, [&](auto& backend) {
    backend.layer_norm(shape, x.value(), gamma.value(), beta.value(), mean, scale, y);
  });
  return Variable::result(y, {x, gamma, beta},
                          [=, x = x.value(), gamma = gamma.value()](const Tensor& dy) -> Gradients {
                            Tensor dx = like(x), dgamma = like(gamma), dbeta = like(gamma);
                            with_backend(dx, [&](auto& backend) {
                              backend.layer_norm_backward(shape, x, gamma, mean, scale, dy, dx,
                                                          dgamma, dbeta);
                            });
                            return {dx, dgamma, dbeta};
                          });
}

}  // namespace tutti
