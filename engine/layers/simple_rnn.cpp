#include "engine/layers/simple_rnn.h"

namespace tutti {

Shape SimpleRNN::build(const Shape& input, Initializer& initializer) {
  if (input.size() != 2) throw Error("SimpleRNN: takes [steps, inputs], not ", input);
  const std::int64_t units = options_.units;
  parameters_ = {initializer.glorot_uniform("kernel", {input[1], units}, input[1], units),
                 initializer.orthogonal("recurrent_kernel", units, units),
                 initializer.zeros("bias", {units})};
  return options_.return_sequences ? Shape{input[0], units} : Shape{units};
}

Variable SimpleRNN::forward(const Variable& x, const Pass&) const {
  const Variable h =
      simple_rnn(x, parameters_[0].variable, parameters_[1].variable, parameters_[2].variable);
  return options_.return_sequences ? h : last_step(h);
}

}  // namespace tutti
