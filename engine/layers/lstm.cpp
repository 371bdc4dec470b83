#include "engine/layers/lstm.h"

#include <algorithm>

namespace tutti {

Shape LSTM::build(const Shape& input, Initializer& initializer) {
  if (input.size() != 2) throw Error("LSTM: takes [steps, inputs], not ", input);
  const std::int64_t units = options_.units;
  std::vector<double> bias(static_cast<std::size_t>(4 * units));
  std::fill_n(bias.begin() + units, units, 1.0);  // of the forget gate
  parameters_ = {initializer.glorot_uniform("kernel", {input[1], 4 * units}, input[1], 4 * units),
                 initializer.orthogonal("recurrent_kernel", units, 4 * units),
                 initializer.values("bias", {4 * units}, bias)};
  return options_.return_sequences ? Shape{input[0], units} : Shape{units};
}

Variable LSTM::forward(const Variable& x, const Pass&) const {
  const Variable h =
      lstm(x, parameters_[0].variable, parameters_[1].variable, parameters_[2].variable);
  return options_.return_sequences ? h : last_step(h);
}

}  // namespace tutti
