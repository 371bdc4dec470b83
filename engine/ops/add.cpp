#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable add(const Variable& a, const Variable& b) {
  if (a.shape() != b.shape()) throw Error("add: a is ", a.shape(), ", b is ", b.shape());
  Tensor y = like(a.value());
  with_backend(y, [&](auto& backend) { backend.add(y.size(), a.value(), b.value(), y); });
  return Variable::result(y, {a, b}, [](const Tensor& dy) -> Gradients { return {dy, dy}; });
}

}  // namespace tutti
