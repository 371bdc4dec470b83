#include "engine/layers/dense.h"

namespace tutti {

Shape Dense::build(const Shape& input, Initializer& initializer) {
  if (input.size() != 1)
    throw Error("Dense: takes [inputs], not ", input, "; Flatten comes before it");
  parameters_ = {
      initializer.glorot_uniform("kernel", {input[0], options_.units}, input[0], options_.units),
      initializer.zeros("bias", {options_.units})};
  parameters_[0].l2 = options_.l2;
  return {options_.units};
}

Variable Dense::forward(const Variable& x, const Pass&) const {
  return activate(options_.activation, dense(x, parameters_[0].variable, parameters_[1].variable));
}

}  // namespace tutti
