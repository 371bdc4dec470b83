#include "engine/layers/recurrent.h"

#include "engine/layers/noise/spatial_dropout.h"

namespace tutti {

Shape Recurrent::build(const Shape& input, Initializer& initializer) {
  if (input.size() != 2) throw Error(name_, ": takes [steps, inputs], not ", input);
  const std::int64_t units = options_.units, width = gates_ * units;
  parameters_ = {initializer.glorot_uniform("kernel", {input[1], width}, input[1], width),
                 initializer.orthogonal("recurrent_kernel", units, width), bias(initializer)};
  for (const double rate : {options_.dropout, options_.recurrent_dropout})
    if (rate < 0 || rate >= 1)
      throw Error(name_, ": a rate of dropout is ", rate, ", not in [0, 1)");
  if (options_.dropout != 0 || options_.recurrent_dropout != 0) {
    number_ = initializer.next_dropout();
    initializer.next_dropout();
  }
  return options_.return_sequences ? Shape{input[0], units} : Shape{units};
}

Variable Recurrent::forward(const Variable& x, const Context& context) const {
  Variable from = options_.go_backwards ? reverse(x, 2) : x;
  const Variable &w = parameter(0), &u = parameter(1), &b = parameter(2);
  const double inputs = context.training ? options_.dropout : 0,
               recurrent = context.training ? options_.recurrent_dropout : 0;
  Variable h;
  if (recurrent != 0) {
    const Shape &s = x.shape(), places{s[0], s[1], 1, gates_ * s[3]},
                of_states{s[0], s[1], gates_ * options_.units};
    Masks masks{{}, dropout_mask(x, of_states, recurrent, context, number_ + 1)};
    if (inputs != 0) masks.inputs = dropout_mask(x, places, inputs, context, number_);
    h = states(from, w, u, b, masks);
  } else {
    if (inputs != 0) from = multiply(from, channel_mask(from, inputs, context, number_));
    h = states(from, w, u, b);
  }
  return options_.return_sequences ? h : last_step(h);
}

Parameter SimpleRNN::bias(Initializer& initializer) const {
  return initializer.optional(options().use_bias, "bias", {options().units});
}

Variable SimpleRNN::states(const Variable& x, const Variable& w, const Variable& u,
                           const Variable& b) const {
  return simple_rnn(x, w, u, b, options().functions);
}

Parameter LSTM::bias(Initializer& initializer) const {
  const std::int64_t units = options().units;
  if (!options().use_bias) return initializer.optional(false, "bias", {4 * units});
  const auto value = [units](std::int64_t i) { return i / units == 1 ? 1.0 : 0.0; };
  return initializer.values("bias", {4 * units}, value);  // 1 of the forget gate
}

Variable LSTM::states(const Variable& x, const Variable& w, const Variable& u,
                      const Variable& b) const {
  return lstm(x, w, u, b, options().functions);
}

Parameter GRU::bias(Initializer& initializer) const {
  const std::int64_t width = 3 * options().units;
  const Shape shape = reset_after_ ? Shape{2, width} : Shape{width};
  return initializer.optional(options().use_bias, "bias", shape);
}

Variable GRU::states(const Variable& x, const Variable& w, const Variable& u,
                     const Variable& b) const {
  return gru(x, w, u, b, options().functions);
}

}  // namespace tutti
