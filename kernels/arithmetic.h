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

/// Whether a takes b's place as the larger one: as in Keras, the maximum of numbers is NaN if one
/// of them is.
template <class Real>
TUTTI_HOST_DEVICE bool exceeds(Real a, Real b) {
  return a > b || a != a;
}

}  // namespace tutti::kernels
