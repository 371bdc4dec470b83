#pragma once
#include <cmath>
#include <compare>
#include <type_traits>

#include "kernels/support/philox.h"

namespace tutti {

/// A function of one number that follows a layer's sum.
struct ActivationFunction {
  enum class Kind {
    linear,
    relu,
    leaky_relu,
    elu,
    tanh,
    sigmoid,
    hard_sigmoid,
    // Not within recurrent cells; their derivatives are taken from x:
    selu,
    softplus,
    silu,
    gelu
  };

  Kind kind = Kind::linear;
  double alpha =
      0;  // leaky_relu: its slope below 0, at least 0; elu: its depth; hard_sigmoid: slope

  auto operator<=>(const ActivationFunction&) const = default;
  bool has_derivative_from_input() const { return kind >= Kind::selu; }
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
      return x <= 0 ? Real{0} : x;  // NaN stays
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
    default:
      return x;
  }
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
    default:
      return 1;
  }
}

/// Of SELU (Klambauer and others, NeurIPS 2017).
constexpr double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;

/// activated() of every kind. selu: scale x, or scale alpha (exp(x) - 1) below 0; softplus:
/// log(1 + exp(x)); silu: x sigmoid(x) (Ramachandran, Zoph, Le 2017: swish); gelu: x times the
/// normal distribution's function (Hendrycks, Gimpel 2016).
template <class Real>
TUTTI_HOST_DEVICE Real activated_by_any(const ActivationFunction& f, Real x) {
  using Kind = ActivationFunction::Kind;
  constexpr Real half = Real{0.5}, root_half = static_cast<Real>(0.70710678118654752);
  switch (f.kind) {
    case Kind::selu:
      return static_cast<Real>(selu_scale) *
             (x > 0 ? x : static_cast<Real>(selu_alpha) * std::expm1(x));
    case Kind::softplus:
      return (x > 0 ? x : Real{0}) + std::log1p(std::exp(x > 0 ? -x : x));
    case Kind::silu:
      return x / (1 + std::exp(-x));
    case Kind::gelu:
      return half * x * std::erfc(-x * root_half);
    default:
      return activated(f, x);
  }
}

/// The derivative of a kind that has it from the input.
template <class Real>
TUTTI_HOST_DEVICE Real derivative_from_input(const ActivationFunction& f, Real x) {
  using Kind = ActivationFunction::Kind;
  constexpr Real half = Real{0.5}, root_half = static_cast<Real>(0.70710678118654752),
                 density_at_0 = static_cast<Real>(0.39894228040143268);
  switch (f.kind) {
    case Kind::selu:
      return static_cast<Real>(selu_scale) *
             (x > 0 ? Real{1} : static_cast<Real>(selu_alpha) * std::exp(x));
    case Kind::softplus:
      return 1 / (1 + std::exp(-x));
    case Kind::silu: {
      const Real gate = 1 / (1 + std::exp(-x));
      return gate * (1 + x * (1 - gate));
    }
    case Kind::gelu:
      return half * std::erfc(-x * root_half) + x * density_at_0 * std::exp(-half * x * x);
    default:
      return 1;
  }
}

}  // namespace kernels
}  // namespace tutti
