#include "engine/layers/dense.h"

namespace tutti {

Shape Dense::build(const Shape& input, Initializer& initializer) {
  if (input.empty()) throw Error("Dense: takes [inputs] or more axes, not ", input);
  const std::int64_t inputs = input.back(), units = options_.units;
  parameters_ = {initializer.glorot_uniform("kernel", {inputs, units}, inputs, units)};
  parameters_.push_back(options_.use_bias ? initializer.zeros("bias", {units})
                                          : initializer.absent("bias", {units}));
  parameters_[0].l2 = options_.l2;
  Shape output = input;
  output.back() = units;
  return output;
}

Variable Dense::forward(const Variable& x, const Context& pass) const {
  const Variable &w = parameters_[0].variable, &b = parameters_[1].variable;
  if (x.shape().size() == 3) return activate(options_.activation, dense(x, w, b), pass);
  Shape shape = x.shape();
  const std::int64_t members = shape[0], inputs = shape.back();
  const Variable rows = reshape(x, {members, shape.elements() / (members * inputs), inputs});
  shape.back() = options_.units;
  return activate(options_.activation, reshape(dense(rows, w, b), shape), pass);
}

}  // namespace tutti
