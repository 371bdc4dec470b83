#include "engine/dispatch.h"
#include "engine/ops/ops.h"
#include "engine/ops/strided.h"

namespace tutti {
namespace {

/// An axis of a tensor, and the shape without it.
struct Reduced {
  kernels::ReduceShape shape;
  Shape result;
};

Reduced reduced(const char* operation, const Shape& x, std::int64_t axis) {
  const std::size_t along = axis_of(operation, x, axis);
  if (x[along] == 0) throw Error(operation, ": x is ", x, " and holds nothing along axis ", axis);
  Reduced r{{x[0], 1, x[along], 1}, x};
  for (std::size_t n = 1; n < x.size(); ++n)
    if (n != along) (n < along ? r.shape.outer : r.shape.inner) *= x[n];
  r.result.erase(r.result.begin() + static_cast<std::ptrdiff_t>(along));
  return r;
}

/// scale * the sum over an axis.
Variable scaled_sum(const Reduced& r, double scale, const Variable& x) {
  Tensor y = like(x.value(), r.result);
  with_backend(y, [&](auto& backend) { backend.reduce_sum(r.shape, scale, x.value(), y); });
  return Variable::result(
      y, {x}, [s = r.shape, scale, from = x.shape()](const Tensor& dy) -> Gradients {
        Tensor scaled = like(dy), dx = like(dy, from);
        const kernels::StridedShape walk{3,
                                         {s.members * s.outer, s.length, s.inner},
                                         {s.inner, 0, 1},
                                         {s.length * s.inner, s.inner, 1}};
        with_backend(dx, [&](auto& backend) {
          backend.rescale(dy.size(), scale, 0, dy, scaled);
          backend.strided_copy(walk, scaled, dx);
        });
        return {dx};
      });
}

}  // namespace

Variable sum(const Variable& x, std::int64_t axis) {
  return scaled_sum(reduced("sum", x.shape(), axis), 1, x);
}

Variable mean(const Variable& x, std::int64_t axis) {
  const Reduced r = reduced("mean", x.shape(), axis);
  return scaled_sum(r, 1 / static_cast<double>(r.shape.length), x);
}

Variable max(const Variable& x, std::int64_t axis) {
  const Reduced r = reduced("max", x.shape(), axis);
  Tensor y = like(x.value(), r.result);
  with_backend(y, [&](auto& backend) { backend.reduce_max(r.shape, x.value(), y); });
  return Variable::result(y, {x}, [s = r.shape, x = x.value()](const Tensor& dy) -> Gradients {
    Tensor dx = like(x);
    with_backend(dx, [&](auto& backend) { backend.reduce_max_backward(s, x, dy, dx); });
    return {dx};
  });
}

}  // namespace tutti
