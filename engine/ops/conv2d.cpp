#include "engine/dispatch.h"
#include "engine/ops/gather.h"
#include "engine/ops/ops.h"
#include "engine/ops/window.h"

namespace tutti {
namespace {

kernels::Conv2dShape conv2d_shape(const Shape& x, const Shape& w, const Shape& b,
                                  const Conv2dOptions& o) {
  if (x.size() != 5 || w.size() != 5 || w[0] != x[0] || w[3] != x[4] || b != Shape{x[0], w[4]})
    throw Error("conv2d: x is ", x, ", w ", w, ", b ", b,
                "; they must be [members, batch, height, width, channels], "
                "[members, kernel height, kernel width, channels, filters], [members, filters]");
  const auto down =
      window_positions(x[2], dilated(w[1], o.dilation_height), o.stride_height, o.padding);
  const auto across =
      window_positions(x[3], dilated(w[2], o.dilation_width), o.stride_width, o.padding);
  if (down.count < 1 || across.count < 1)
    throw Error("conv2d: a kernel of ", Shape{w[1], w[2]}, " does not fit into x ", x);
  return {x[0],
          x[1],
          x[2],
          x[3],
          x[4],
          w[1],
          w[2],
          w[4],
          o.stride_height,
          o.stride_width,
          down.pad,
          across.pad,
          down.count,
          across.count,
          o.dilation_height,
          o.dilation_width};
}

Shape out_shape(const kernels::Conv2dShape& s) {
  return {s.members, s.batch, s.out_height, s.out_width, s.filters};
}

Tensor bias_gradient(const kernels::Conv2dShape& s, const Tensor& dy) {
  Tensor db = like(dy, {s.members, s.filters});
  with_backend(dy, [&](auto& backend) {
    backend.bias_backward(s.members, s.batch * s.out_height * s.out_width, s.filters, dy, db);
  });
  return db;
}

}  // namespace

Variable conv2d(const Variable& x, const Variable& w, const Variable& b,
                const Conv2dOptions& options) {
  const auto shape = conv2d_shape(x.shape(), w.shape(), b.shape(), options);
  Tensor y = like(x.value(), out_shape(shape));
  with_backend(y,
               [&](auto& backend) { backend.conv2d(shape, x.value(), w.value(), b.value(), y); });
  return Variable::result(y, {x, w, b},
                          [shape, x_wanted = x.requires_grad(), x = x.value(),
                           w = w.value()](const Tensor& dy) -> Gradients {
                            Tensor dx = x_wanted ? like(x) : Tensor(), dw = like(w);
                            with_backend(dy, [&](auto& backend) {
                              if (x_wanted) backend.conv2d_backward_input(shape, w, dy, dx);
                              backend.conv2d_backward_filter(shape, x, dy, dw);
                            });
                            return {dx, dw, bias_gradient(shape, dy)};
                          });
}

Variable conv2d(const Batch& x, const Variable& w, const Variable& b,
                const Conv2dOptions& options) {
  if (x.data.dtype() != DType::uint8) return conv2d(gather(x, w.value().dtype()), w, b, options);
  const auto shape = conv2d_shape(batch_shape(x), w.shape(), b.shape(), options);
  Tensor y = like(w.value(), out_shape(shape));
  with_real(y, [&]<class Real>() {
    kernels::backend<Real>(y.device())
        .conv2d_gathered(shape, gathered_bytes<Real>(x), w.value(), b.value(), y);
  });
  return Variable::result(y, {w, b}, [shape, x, w = w.value()](const Tensor& dy) -> Gradients {
    Tensor dw = like(w);
    with_real(dw, [&]<class Real>() {
      kernels::backend<Real>(dy.device())
          .conv2d_gathered_backward_filter(shape, gathered_bytes<Real>(x), dy, dw);
    });
    return {dw, bias_gradient(shape, dy)};
  });
}

Variable conv2d_relu_pool(const Batch& x, const Variable& w, const Variable& b,
                          const Conv2dOptions& options) {
  auto shape = conv2d_shape(batch_shape(x), w.shape(), b.shape(), options);
  shape.out_height -= shape.out_height % 2;  // a row left over is in no window
  Shape pooled = out_shape(shape);
  pooled[2] /= 2;
  Variable result;
  with_real(w.value(), [&]<class Real>() {
    auto& backend = kernels::backend<Real>(w.value().device());
    if (x.data.dtype() != DType::uint8 || shape.out_height == 0 ||
        !backend.has_conv2d_relu_pool(shape, gathered_bytes<Real>(x))) {
      result = max_pool2d(activation({ActivationFunction::Kind::relu}, conv2d(x, w, b, options)),
                          pairs_of_rows);
      return;
    }
    Tensor y = like(w.value(), pooled), argmax = Tensor::empty(pooled, DType::uint8, y.device());
    backend.conv2d_relu_pool(shape, gathered_bytes<Real>(x), w.value(), b.value(), y, argmax);
    result = Variable::result(
        y, {w, b}, [shape, x, argmax, w = w.value()](const Tensor& dy) -> Gradients {
          Tensor dw = like(w), db = like(w, {shape.members, shape.filters});
          kernels::backend<Real>(dy.device())
              .conv2d_relu_pool_backward(shape, gathered_bytes<Real>(x), dy, argmax, dw, db);
          return {dw, db};
        });
  });
  return result;
}

}  // namespace tutti
