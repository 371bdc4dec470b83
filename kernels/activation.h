#pragma once
#include <cmath>
#include <compare>
#include <type_traits>

#include "kernels/support/philox.h"

namespace tutti {

/// A function of one number that follows a layer's sum.
struct ActivationFunction {
  enum class Kind { linear, relu, leaky_relu, elu, tanh, sigmoid, hard_sigmoid };

  Kind kind = Kind::linear;
  double alpha =
      0;  // leaky_relu: its slope below 0, at least 0; elu: its depth; hard_sigmoid: slope

  auto operator<=>(const ActivationFunction&) const = default;
};

namespace kernels {

/// 1 / x for x of at least 1; on a GPU to the last bit but one, without a branch.
template <class Real>
TUTTI_HOST_DEVICE Real reciprocal(Real x) {
#ifdef __CUDA_ARCH__
  if constexpr (std::is_same_v<Real, float>) return __fdividef(1.0f, x);
#endif
  return 1 / x;
}

/// leaky_relu: max(x, 0) + alpha min(x, 0); elu: alpha (exp(x) - 1) below 0 (Clevert and others,
/// ICLR 2016); hard_sigmoid: alpha x + 1/2, at least 0 and at most 1.
template <class Real>
TUTTI_HOST_DEVICE Real activated(const ActivationFunction& f, Real x) {
  using Kind = ActivationFunction::Kind;
  const Real alpha = static_cast<Real>(f.alpha);
  switch (f.kind) {
    case Kind::linear:
      return x;
    case Kind::relu:
      return x > 0 ? x : Real{0};
    case Kind::leaky_relu:
      return x > 0 ? x : alpha * x;
    case Kind::elu:
      return x > 0 ? x : alpha * std::expm1(x);
    case Kind::tanh:
      return std::tanh(x);
    case Kind::sigmoid:
      return reciprocal(1 + std::exp(-x));
    case Kind::hard_sigmoid: {
      const Real line = alpha * x + Real{0.5};
      return line < 0 ? Real{0} : line > 1 ? Real{1} : line;
    }
  }
  return x;
}

/// The derivative where the function gave y. At the corners of the piecewise ones it is the left's.
template <class Real>
TUTTI_HOST_DEVICE Real derivative_from_output(const ActivationFunction& f, Real y) {
  using Kind = ActivationFunction::Kind;
  const Real alpha = static_cast<Real>(f.alpha);
  switch (f.kind) {
    case Kind::linear:
      return 1;
    case Kind::relu:
      return y > 0 ? Real{1} : Real{0};
    case Kind::leaky_relu:
      return y > 0 ? Real{1} : alpha;
    case Kind::elu:
      return y > 0 ? Real{1} : y + alpha;
    case Kind::tanh:
      return 1 - y * y;
    case Kind::sigmoid:
      return y * (1 - y);
    case Kind::hard_sigmoid:
      return y > 0 && y < 1 ? alpha : Real{0};
  }
  return 1;
}

}  // namespace kernels
}  // namespace tutti
