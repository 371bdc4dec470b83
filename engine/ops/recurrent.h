#pragma once
#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

/// Checks the shapes of a recurrent layer with `gates` pre-activations per unit.
inline kernels::RecurrentShape recurrent_shape(const char* operation, std::int64_t gates,
                                               const Shape& x, const Shape& w, const Shape& u,
                                               const Shape& b,
                                               const RecurrentFunctions& functions) {
  const bool two_biases = b.size() == 3 && b[1] == 2 && gates == 3;  // of a GRU
  if (x.size() != 4 || u.size() != 3 || u[0] != x[0] || u[2] != gates * u[1] ||
      w != Shape{x[0], x[3], u[2]} || b != (two_biases ? Shape{x[0], 2, u[2]} : Shape{x[0], u[2]}))
    throw Error(operation, ": x is ", x, ", w ", w, ", u ", u, ", b ", b,
                "; they must be [members, batch, steps, inputs], [members, inputs, G], [members, "
                "units, G], "
                "[members, G] with G = ",
                gates, " times units");
  for (const auto& f : {functions.activation, functions.recurrent_activation})
    if (f.has_derivative_from_input())
      throw Error(operation, ": this activation is not supported within a recurrent cell");
  return {x[0],      x[1], x[2], x[3], u[1], functions.activation, functions.recurrent_activation,
          two_biases};
}

}  // namespace tutti
