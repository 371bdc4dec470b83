#include "engine/dispatch.h"
#include "engine/layers/recurrent.h"

// The cells step by step, as operations on single steps, for training with dropout of their states.
namespace tutti {
namespace {

/// x w + b for all steps: [M, B, T, I] -> [M, B, T, G]
Variable of_inputs(const Variable& x, const Variable& w, const Variable& b) {
  const Shape& s = x.shape();
  const Variable rows = reshape(x, {s[0], s[1] * s[2], s[3]});
  return reshape(dense(rows, w, b), {s[0], s[1], s[2], w.shape()[2]});
}

/// Columns [first, first + units) of the last axis, in units.
Variable part(const Variable& z, std::int64_t number, std::int64_t units) {
  return slice(z, -1, number * units, units);
}

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
                           const Variable& b, const Variable& mask) const {
  return each_step(of_inputs(x, w, b), options().units, [&](const Variable& z, const Variable& h) {
    return activation(options().functions.activation, add(z, matmul(multiply(h, mask), u)));
  });
}

Variable LSTM::states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                      const Variable& mask) const {
  const auto& [state, gate] = options().functions;
  const std::int64_t units = options().units;
  Variable cell = zeros(x, {x.shape()[0], x.shape()[1], units});
  return each_step(of_inputs(x, w, b), units, [&](const Variable& inputs, const Variable& h) {
    const Variable z = add(inputs, matmul(multiply(h, mask), u));
    const auto gated = [&](std::int64_t number) {
      return activation(gate, part(z, number, units));
    };
    const Variable fresh = activation(state, part(z, 2, units));
    cell = add(multiply(gated(1), cell), multiply(gated(0), fresh));
    return multiply(gated(3), activation(state, cell));
  });
}

Variable GRU::states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                     const Variable& mask) const {
  const auto& [state, gate] = options().functions;
  const std::int64_t units = options().units, members = x.shape()[0];
  const auto bias = [&](std::int64_t number) {
    return reset_after_ ? reshape(slice(b, 1, number, 1), {members, 3 * units}) : b;
  };
  return each_step(of_inputs(x, w, bias(0)), units, [&](const Variable& inputs, const Variable& h) {
    const Variable kept = multiply(h, mask);
    const auto gated = [&](std::int64_t number, const Variable& of_state) {
      return activation(gate, add(part(inputs, number, units), part(of_state, number, units)));
    };
    const auto mixed = [&](const Variable& update, const Variable& of_candidate) {
      const Variable candidate = activation(state, add(part(inputs, 2, units), of_candidate));
      return add(candidate, multiply(update, subtract(h, candidate)));
    };
    if (reset_after_) {
      const Variable of_state = dense(kept, u, bias(1));
      return mixed(gated(0, of_state), multiply(gated(1, of_state), part(of_state, 2, units)));
    }
    const Variable of_state = matmul(kept, slice(u, -1, 0, 2 * units));
    return mixed(gated(0, of_state),
                 matmul(multiply(gated(1, of_state), kept), slice(u, -1, 2 * units, units)));
  });
}

}  // namespace tutti
