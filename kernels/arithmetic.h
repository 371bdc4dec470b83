#pragma once
#include "kernels/support/philox.h"

namespace tutti::kernels {

/// What is computed of two arrays, element by element.
enum class Arithmetic { add, subtract, multiply };

template <class Real>
TUTTI_HOST_DEVICE Real computed(Arithmetic operation, Real a, Real b) {
  if (operation == Arithmetic::multiply) return a * b;
  return operation == Arithmetic::add ? a + b : a - b;
}

}  // namespace tutti::kernels
