#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable l2(const Variable& w, double coefficient) {
  const std::int64_t members = w.value().dim(0), size = w.value().size() / members;
  Tensor loss = like(w.value(), {members});
  with_backend(loss,
               [&](auto& backend) { backend.l2(members, size, coefficient, w.value(), loss); });
  return Variable::result(loss, {w}, [=, w = w.value()](const Tensor& dloss) -> Gradients {
    Tensor dw = like(w);
    with_backend(
        dw, [&](auto& backend) { backend.l2_backward(members, size, coefficient, w, dloss, dw); });
    return {dw};
  });
}

}  // namespace tutti
