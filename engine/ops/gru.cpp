#include "engine/ops/recurrent.h"

namespace tutti {

Variable gru(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
             const RecurrentFunctions& functions) {
  const auto shape =
      recurrent_shape("gru", 3, x.shape(), w.shape(), u.shape(), b.shape(), functions);
  Tensor h = like(x.value(), {shape.members, shape.batch, shape.steps, shape.units});
  Tensor inner = like(h),
         gates = like(h, {shape.members, shape.batch, shape.steps, 3 * shape.units});
  with_backend(h, [&](auto& backend) {
    backend.gru(shape, x.value(), w.value(), u.value(), b.value(), gates, inner, h);
  });
  return Variable::result(h, {x, w, u, b},
                          [=, x_wanted = x.requires_grad(), x = x.value(), w = w.value(),
                           u = u.value(), b = b.shape()](const Tensor& dh) -> Gradients {
                            Tensor dz = like(gates), dinner = like(inner),
                                   dx = x_wanted ? like(x) : Tensor(), dw = like(w), du = like(u),
                                   db = like(w, b);
                            with_real(dh, [&]<class Real>() {
                              kernels::backend<Real>(dh.device())
                                  .gru_backward(shape, x, w, u, gates, inner, h, dh, dz, dinner,
                                                x_wanted ? dx.data<Real>() : nullptr, dw, du, db);
                            });
                            return {dx, dw, du, db};
                          });
}

}  // namespace tutti
