#include <algorithm>

#include "engine/dispatch.h"
#include "engine/ops/ops.h"
#include "engine/ops/strided.h"

namespace tutti {
namespace {

using kernels::Arithmetic;

/// A shape with as many axes as another: ones between the member's and the rest.
Shape padded(Shape shape, std::size_t axes) {
  if (axes > shape.size()) shape.insert(shape.begin() + 1, axes - shape.size(), 1);
  return shape;
}

Shape broadcast_shape(const char* operation, const Shape& a, const Shape& b) {
  const auto fail = [&] {
    throw Error(operation, ": a is ", a, ", b is ", b,
                "; behind the member, lengths must be equal or 1, counted from the last axis");
  };
  if (a.empty() || b.empty() || a[0] != b[0]) fail();
  const Shape of_a = padded(a, b.size()), of_b = padded(b, a.size());
  Shape shape = of_a;
  for (std::size_t n = 0; n < shape.size(); ++n) {
    if (of_a[n] != of_b[n] && of_a[n] != 1 && of_b[n] != 1) fail();
    if (of_a[n] == 1) shape[n] = of_b[n];
  }
  return shape;
}

/// Strides that stay in place along the axes along which a tensor is broadcast.
Strides broadcast_strides(const Shape& from, const Shape& to) {
  const Shape shape = padded(from, to.size());
  Strides strides = strides_of(shape);
  for (std::size_t n = 0; n < shape.size(); ++n)
    if (shape[n] == 1) strides[n] = 0;
  return strides;
}

Tensor computed(const char* name, Arithmetic operation, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast_shape(name, a.shape(), b.shape());
  const auto walk = strided_shape(name, shape, broadcast_strides(a.shape(), shape),
                                  broadcast_strides(b.shape(), shape));
  Tensor y = like(a, shape);
  with_backend(y, [&](auto& backend) { backend.arithmetic(operation, walk, a, b, y); });
  return y;
}

Tensor negative(const Tensor& x) {
  Tensor y = like(x);
  with_backend(y, [&](auto& backend) { backend.rescale(x.size(), -1, 0, x, y); });
  return y;
}

/// The gradient of what was broadcast to dy's shape: the sum over the axes along which it was, run
/// of neighbors by run.
Tensor summed_to(Tensor dy, const Shape& shape) {
  const Shape target = padded(shape, dy.shape().size());
  for (std::size_t end = target.size(); end > 1;) {
    const auto broadcast = [&](std::size_t n) { return target[n] != dy.dim(n); };
    std::size_t first = end - 1;
    if (broadcast(first)) {
      while (first > 1 && broadcast(first - 1)) --first;
      kernels::ReduceShape s{dy.dim(0), 1, 1, 1};
      Shape left = dy.shape();
      for (std::size_t n = 1; n < left.size(); ++n) {
        (n < first ? s.outer : n < end ? s.length : s.inner) *= left[n];
        if (n >= first && n < end) left[n] = 1;
      }
      Tensor sum = like(dy, left);
      with_backend(sum, [&](auto& backend) { backend.reduce_sum(s, 1, dy, sum); });
      dy = sum;
    }
    end = first;
  }
  return dy.reshape(shape);
}

}  // namespace

Variable add(const Variable& a, const Variable& b) {
  return Variable::result(
      computed("add", Arithmetic::add, a.value(), b.value()), {a, b},
      [a = a.shape(), b = b.shape(), a_wanted = a.requires_grad(),
       b_wanted = b.requires_grad()](const Tensor& dy) -> Gradients {
        return {a_wanted ? summed_to(dy, a) : Tensor(), b_wanted ? summed_to(dy, b) : Tensor()};
      });
}

Variable subtract(const Variable& a, const Variable& b) {
  return Variable::result(computed("subtract", Arithmetic::subtract, a.value(), b.value()), {a, b},
                          [a = a.shape(), b = b.shape(), a_wanted = a.requires_grad(),
                           b_wanted = b.requires_grad()](const Tensor& dy) -> Gradients {
                            return {a_wanted ? summed_to(dy, a) : Tensor(),
                                    b_wanted ? negative(summed_to(dy, b)) : Tensor()};
                          });
}

Variable multiply(const Variable& a, const Variable& b) {
  return Variable::result(
      computed("multiply", Arithmetic::multiply, a.value(), b.value()), {a, b},
      [a = a.value(), b = b.value(), a_wanted = a.requires_grad(),
       b_wanted = b.requires_grad()](const Tensor& dy) -> Gradients {
        const auto gradient = [&dy](const Tensor& of, const Tensor& other) {
          return summed_to(computed("multiply", Arithmetic::multiply, dy, other), of.shape());
        };
        return {a_wanted ? gradient(a, b) : Tensor(), b_wanted ? gradient(b, a) : Tensor()};
      });
}

}  // namespace tutti
