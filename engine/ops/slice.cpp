#include "engine/dispatch.h"
#include "engine/ops/ops.h"
#include "engine/ops/strided.h"

namespace tutti {

Variable slice(const Variable& x, std::int64_t axis, std::int64_t first, std::int64_t count) {
  const std::size_t along = axis_of("slice", x.shape(), axis);
  if (first < 0 || count < 1 || first > x.shape()[along] - count)
    throw Error("slice: x is ", x.shape(), " and has no ", count, " elements from ", first,
                " along axis ", axis);
  return Variable::result(sliced(x.value(), along, first, count), {x},
                          [along, first, shape = x.shape()](const Tensor& dy) -> Gradients {
                            Tensor dx = like(dy, shape);
                            with_backend(dx,
                                         [&](auto& backend) { backend.fill(dx.size(), 0, dx); });
                            set_slice(dy, along, first, dx);
                            return {dx};
                          });
}

}  // namespace tutti
