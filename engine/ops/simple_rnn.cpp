#include "engine/ops/recurrent.h"

namespace tutti {

Variable simple_rnn(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                    const RecurrentFunctions& functions) {
  const auto shape =
      recurrent_shape("simple_rnn", 1, x.shape(), w.shape(), u.shape(), b.shape(), functions);
  Tensor h = like(x.value(), {shape.members, shape.batch, shape.steps, shape.units});
  with_backend(h, [&](auto& backend) {
    backend.simple_rnn(shape, x.value(), w.value(), u.value(), b.value(), h);
  });
  return Variable::result(h, {x, w, u, b},
                          [=, x_wanted = x.requires_grad(), x = x.value(), w = w.value(),
                           u = u.value(), b = b.shape()](const Tensor& dh) -> Gradients {
                            Tensor dz = like(h), dx = x_wanted ? like(x) : Tensor(), dw = like(w),
                                   du = like(u), db = like(w, b);
                            with_real(dh, [&]<class Real>() {
                              kernels::backend<Real>(dh.device())
                                  .simple_rnn_backward(shape, x, w, u, h, dh, dz,
                                                       x_wanted ? dx.data<Real>() : nullptr, dw, du,
                                                       db);
                            });
                            return {dx, dw, du, db};
                          });
}

}  // namespace tutti
