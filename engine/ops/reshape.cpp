#include "engine/ops/ops.h"

namespace tutti {

Variable reshape(const Variable& x, Shape shape) {
  return Variable::result(
      x.value().reshape(std::move(shape)), {x},
      [from = x.shape()](const Tensor& dy) -> Gradients { return {dy.reshape(from)}; });
}

}  // namespace tutti
