#include "engine/ops/strided.h"

#include "engine/dispatch.h"

namespace tutti {

Strides strides_of(const Shape& shape) {
  Strides strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t n = shape.size(); n-- > 0; stride *= shape[n]) strides[n] = stride;
  return strides;
}

kernels::StridedShape strided_shape(const char* operation, const Shape& lengths, const Strides& a,
                                    const Strides& b) {
  kernels::StridedShape s = kernels::contiguous(1);
  int last = -1;
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    if (lengths[n] == 1) continue;
    if (last >= 0 && s.a[last] == lengths[n] * a[n] && s.b[last] == lengths[n] * b[n]) {
      s.length[last] *= lengths[n];
    } else {
      if (++last == kernels::StridedShape::most)
        throw Error(operation, ": ", lengths, " has more than ", kernels::StridedShape::most,
                    " axes that cannot be walked together");
      s.length[last] = lengths[n];
    }
    s.a[last] = a[n];
    s.b[last] = b[n];
  }
  s.axes = std::max(1, last + 1);
  return s;
}

std::size_t axis_of(const char* operation, const Shape& shape, std::int64_t axis) {
  const auto count = static_cast<std::int64_t>(shape.size());
  const std::int64_t number = axis < 0 ? axis + count : axis;
  if (number < 1 || number >= count)
    throw Error(operation, ": x is ", shape, " and has no axis ", axis,
                "; the first is the member's, and no operation is along it");
  return static_cast<std::size_t>(number);
}

namespace {

void copy(const kernels::StridedShape& s, const Tensor& x, std::int64_t from, Tensor& y,
          std::int64_t to) {
  with_real(y, [&]<class Real>() {
    kernels::backend<Real>(y.device()).strided_copy(s, x.data<Real>() + from, y.data<Real>() + to);
  });
}

}  // namespace

Tensor permuted(const Tensor& x, const std::vector<std::int64_t>& axes) {
  const Strides own = strides_of(x.shape());
  Shape shape;
  Strides from;
  for (const auto axis : axes) {
    shape.push_back(x.dim(static_cast<std::size_t>(axis)));
    from.push_back(own[static_cast<std::size_t>(axis)]);
  }
  Tensor y = like(x, shape);
  copy(strided_shape("transpose", shape, from, strides_of(shape)), x, 0, y, 0);
  return y;
}

Tensor reversed(const Tensor& x, std::size_t axis) {
  Strides from = strides_of(x.shape());
  const std::int64_t last = (x.dim(axis) - 1) * from[axis];
  from[axis] = -from[axis];
  Tensor y = like(x);
  copy(strided_shape("reverse", x.shape(), from, strides_of(x.shape())), x, last, y, 0);
  return y;
}

Tensor sliced(const Tensor& x, std::size_t axis, std::int64_t first, std::int64_t count) {
  Shape shape = x.shape();
  shape[axis] = count;
  Tensor y = like(x, shape);
  const Strides from = strides_of(x.shape());
  copy(strided_shape("slice", shape, from, strides_of(shape)), x, first * from[axis], y, 0);
  return y;
}

void set_slice(const Tensor& from, std::size_t axis, std::int64_t first, Tensor& y) {
  const Strides to = strides_of(y.shape());
  copy(strided_shape("slice", from.shape(), strides_of(from.shape()), to), from, 0, y,
       first * to[axis]);
}

}  // namespace tutti
