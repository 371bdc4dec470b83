#pragma once
#include "kernels/activation.h"
#include "kernels/backend.h"
#include "kernels/cpu/vector_math.h"

/// What a recurrent cell applies to its gates and to its state, and the derivatives from the
/// output.
namespace tutti::kernels::cpu {

/// tanh and sigmoid, in vectors.
struct UsualFunctions {
  float gate(float z) const { return vector_sigmoid(z); }
  float gate_slope(float y) const { return y * (1 - y); }
  float state(float z) const { return vector_tanh(z); }
  float state_slope(float y) const { return 1 - y * y; }
};

/// Those of the shape, chosen anew for every number.
struct OtherFunctions {
  ActivationFunction of_gates, of_state;

  float gate(float z) const { return activated(of_gates, z); }
  float gate_slope(float y) const { return derivative_from_output(of_gates, y); }
  float state(float z) const { return activated(of_state, z); }
  float state_slope(float y) const { return derivative_from_output(of_state, y); }
};

/// call(functions) with the ones of the shape.
template <class Call>
void with_cell_functions(const RecurrentShape& s, Call call) {
  using Kind = ActivationFunction::Kind;
  if (s.activation.kind == Kind::tanh && s.recurrent_activation.kind == Kind::sigmoid)
    return call(UsualFunctions{});
  call(OtherFunctions{s.recurrent_activation, s.activation});
}

}  // namespace tutti::kernels::cpu
