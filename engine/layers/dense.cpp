#include "engine/layers/dense.h"

namespace tutti {

Shape Dense::build(const Shape& input, Initializer& initializer) {
  if (input.empty()) throw Error("Dense: takes [inputs] or more axes, not ", input);
  const std::int64_t inputs = input.back(), units = options_.units;
  parameters_ = {initializer.glorot_uniform("kernel", {inputs, units}, inputs, units)};
  parameters_.push_back(initializer.optional(options_.use_bias, "bias", {units}));
  parameters_[0].l2 = options_.l2;
  Shape output = input;
  output.back() = units;
  return output;
}

Variable Dense::before_activation(const Variable& x) const {
  const Variable &w = parameter(0), &b = parameter(1);
  if (x.shape().size() == 3) return dense(x, w, b);
  Shape shape = x.shape();
  const std::int64_t members = shape[0], inputs = shape.back();
  const Variable rows = reshape(x, {members, shape.elements() / (members * inputs), inputs});
  shape.back() = options_.units;
  return reshape(dense(rows, w, b), shape);
}

}  // namespace tutti
