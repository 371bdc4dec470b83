#include "engine/dispatch.h"
#include "engine/ops/ops.h"
#include "engine/ops/strided.h"

namespace tutti {

Variable reverse(const Variable& x, std::int64_t axis) {
  const std::size_t along = axis_of("reverse", x.shape(), axis);
  return Variable::result(reversed(x.value(), along), {x},
                          [along](const Tensor& dy) -> Gradients { return {reversed(dy, along)}; });
}

}  // namespace tutti
