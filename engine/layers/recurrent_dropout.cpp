#include "engine/dispatch.h"
#include "engine/layers/recurrent.h"

// The cells step by step, as operations on single steps, for training with dropout of their states.
namespace tutti {
namespace {

/// Columns [number * width, (number + 1) * width) of the last axis.
Variable part(const Variable& z, std::int64_t number, std::int64_t width) {
  return slice(z, -1, number * width, width);
}

/// x w + b for all steps: [M, B, T, I] -> [M, B, T, G U]; with a mask, each gate of its own inputs.
Variable of_inputs(const Variable& x, const Variable& w, const Variable& b, const Variable& mask,
                   std::int64_t units) {
  const Shape& s = x.shape();
  const auto product = [&](const Variable& from, const Variable& kernel, const Variable& bias) {
    const Variable rows = reshape(from, {s[0], s[1] * s[2], s[3]});
    return reshape(dense(rows, kernel, bias), {s[0], s[1], s[2], kernel.shape()[2]});
  };
  if (!mask.value().defined()) return product(x, w, b);
  std::vector<Variable> gates;
  for (std::int64_t gate = 0; gate < w.shape()[2] / units; ++gate)
    gates.push_back(
        product(multiply(x, part(mask, gate, s[3])), part(w, gate, units), part(b, gate, units)));
  return concatenate(gates, -1);
}

/// Products of a masked state with each gate's part of the recurrent kernel.
class OfState {
 public:
  OfState(const Variable& u, const Variable& mask, std::int64_t units) {
    for (std::int64_t gate = 0; gate < u.shape()[2] / units; ++gate)
      gates_.push_back({part(u, gate, units), part(mask, gate, units)});
  }
  Variable kept(const Variable& h, std::size_t gate) const {
    return multiply(h, gates_[gate].mask);
  }
  Variable product(const Variable& from, std::size_t gate) const {
    return matmul(from, gates_[gate].kernel);
  }
  Variable operator()(const Variable& h, std::size_t gate) const {
    return product(kept(h, gate), gate);
  }

 private:
  struct Gate {
    Variable kernel, mask;
  };
  std::vector<Gate> gates_;
};

Variable zeros(const Variable& x, const Shape& shape) {
  Tensor tensor = like(x.value(), shape);
  with_backend(tensor, [&](auto& backend) { backend.fill(tensor.size(), 0, tensor); });
  return Variable(tensor);
}

/// The states that step(inputs of a step, state before) makes: [M, B, T, U] of inputs
/// [M, B, T, G].
template <class Step>
Variable each_step(const Variable& inputs, std::int64_t units, Step step) {
  const Shape& s = inputs.shape();
  Variable h = zeros(inputs, {s[0], s[1], units});
  std::vector<Variable> states;
  for (std::int64_t t = 0; t < s[2]; ++t) {
    h = step(reshape(slice(inputs, 2, t, 1), {s[0], s[1], s[3]}), h);
    states.push_back(reshape(h, {s[0], s[1], 1, units}));
  }
  return concatenate(states, 2);
}

}  // namespace

Variable SimpleRNN::states(const Variable& x, const Variable& w, const Variable& u,
                           const Variable& b, const Masks& masks) const {
  const std::int64_t units = options().units;
  const OfState of_state(u, masks.states, units);
  const auto step = [&](const Variable& z, const Variable& h) {
    return activation(options().functions.activation, add(z, of_state(h, 0)));
  };
  return each_step(of_inputs(x, w, b, masks.inputs, units), units, step);
}

Variable LSTM::states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                      const Masks& masks) const {
  const auto& [state, gate] = options().functions;
  const std::int64_t units = options().units;
  const OfState of_state(u, masks.states, units);
  Variable cell = zeros(x, {x.shape()[0], x.shape()[1], units});
  const auto step = [&](const Variable& inputs, const Variable& h) {
    const auto z = [&](std::int64_t number) {
      return add(part(inputs, number, units), of_state(h, number));
    };
    const Variable fresh = activation(state, z(2));
    cell = add(multiply(activation(gate, z(1)), cell), multiply(activation(gate, z(0)), fresh));
    return multiply(activation(gate, z(3)), activation(state, cell));
  };
  return each_step(of_inputs(x, w, b, masks.inputs, units), units, step);
}

Variable GRU::states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                     const Masks& masks) const {
  const auto& [state, gate] = options().functions;
  const std::int64_t units = options().units, members = x.shape()[0];
  const auto bias = [&](std::int64_t number) {
    return reset_after_ ? reshape(slice(b, 1, number, 1), {members, 3 * units}) : b;
  };
  const OfState product(u, masks.states, units);
  const Variable recurrent_bias = reset_after_ ? bias(1) : Variable();
  const auto of_state = [&](const Variable& h, std::int64_t number) {
    const Variable z = product(h, number);
    if (!reset_after_) return z;
    return add(z, part(recurrent_bias, number, units));
  };
  const auto step = [&](const Variable& inputs, const Variable& h) {
    const auto gated = [&](std::int64_t number) {
      return activation(gate, add(part(inputs, number, units), of_state(h, number)));
    };
    const Variable update = gated(0), reset = gated(1);
    const Variable of_candidate = reset_after_
                                      ? multiply(reset, of_state(h, 2))
                                      : product.product(multiply(reset, product.kept(h, 2)), 2);
    const Variable candidate = activation(state, add(part(inputs, 2, units), of_candidate));
    return add(candidate, multiply(update, subtract(h, candidate)));
  };
  return each_step(of_inputs(x, w, bias(0), masks.inputs, units), units, step);
}

}  // namespace tutti
