#include "engine/dispatch.h"
#include "engine/ops/ops.h"
#include "engine/ops/window.h"

namespace tutti {
namespace {

kernels::Pool2dShape pool2d_shape(const char* operation, const Shape& x, const Pool2dOptions& o) {
  if (x.size() != 5)
    throw Error(operation, ": x is ", x, ", not [members, batch, height, width, channels]");
  const auto down = window_positions(x[2], o.height, o.stride_height, o.padding);
  const auto across = window_positions(x[3], o.width, o.stride_width, o.padding);
  if (down.count < 1 || across.count < 1)
    throw Error(operation, ": a window of ", Shape{o.height, o.width}, " does not fit into x ", x);
  return {x[0],           x[1],     x[2],       x[3],
          x[4],           o.height, o.width,    o.stride_height,
          o.stride_width, down.pad, across.pad, down.count,
          across.count};
}

Shape out_shape(const kernels::Pool2dShape& s) {
  return {s.members, s.batch, s.out_height, s.out_width, s.channels};
}

}  // namespace

Variable max_pool2d(const Variable& x, const Pool2dOptions& options) {
  const auto shape = pool2d_shape("max_pool2d", x.shape(), options);
  Tensor y = like(x.value(), out_shape(shape));
  with_backend(y, [&](auto& backend) { backend.max_pool2d(shape, x.value(), y); });
  return Variable::result(y, {x}, [shape, x = x.value()](const Tensor& dy) -> Gradients {
    Tensor dx = like(x);
    with_backend(dx, [&](auto& backend) { backend.max_pool2d_backward(shape, x, dy, dx); });
    return {dx};
  });
}

Variable avg_pool2d(const Variable& x, const Pool2dOptions& options) {
  const auto shape = pool2d_shape("avg_pool2d", x.shape(), options);
  Tensor y = like(x.value(), out_shape(shape));
  with_backend(y, [&](auto& backend) { backend.avg_pool2d(shape, x.value(), y); });
  return Variable::result(y, {x}, [shape, from = x.shape()](const Tensor& dy) -> Gradients {
    Tensor dx = like(dy, from);
    with_backend(dx, [&](auto& backend) { backend.avg_pool2d_backward(shape, dy, dx); });
    return {dx};
  });
}

}  // namespace tutti
