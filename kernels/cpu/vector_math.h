#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

/// exp, tanh, sigmoid and others in plain arithmetic, so that loops over them become vector
/// instructions (calls into the C library do not). Polynomials of Moshier's Cephes library; within
/// 2 units of the last place of the true values (test_kernels checks it).
namespace tutti::kernels::cpu {

inline float vector_exp(float x) {
  x = std::min(std::max(x, -87.0f), 88.0f);  // beyond: 0 and overflow, nearly
  // exp(x) = 2^n exp(r) with r in [-ln 2 / 2, ln 2 / 2]; adding 1.5 * 2^23 rounds to a whole
  // number.
  const float shifted = x * 1.44269504088896341f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1;
  const auto power = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23;
  return p * std::bit_cast<float>(power);
}

/// exp(x) - 1 for x at most 0.
inline float vector_expm1(float x) {
  // Near 0 by the Taylor series, where the difference would lose digits.
  float p = 1.0f / 5040;
  p = p * x + 1.0f / 720;
  p = p * x + 1.0f / 120;
  p = p * x + 1.0f / 24;
  p = p * x + 1.0f / 6;
  p = p * x + 0.5f;
  const float near = (p * x + 1) * x;
  return x > -0.3f ? near : vector_exp(x) - 1;
}

inline float vector_sigmoid(float x) { return 1 / (1 + vector_exp(-x)); }

inline float vector_tanh(float x) {
  const float size = x < 0 ? -x : x;
  const float far = 1 - 2 / (vector_exp(2 * size) + 1);
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float near = p * s * x + x;
  return size < 0.625f ? near : (x < 0 ? -far : far);
}

/// log(1 + exp(x)), to about 1e-7 of it or of 1.
inline float vector_softplus(float x) {
  const float e = vector_exp(x < 0 ? x : -x);
  // log(1 + e) = 2 artanh(e / (2 + e)), by its series.
  const float r = e / (2 + e), s = r * r;
  float p = 1.0f / 13;
  p = p * s + 1.0f / 11;
  p = p * s + 1.0f / 9;
  p = p * s + 1.0f / 7;
  p = p * s + 1.0f / 5;
  p = p * s + 1.0f / 3;
  p = p * s + 1;
  return (x > 0 ? x : 0) + 2 * r * p;
}

/// The distribution function of the standard normal distribution, to about 1e-7: erfc by the
/// Chebyshev fit of Press and others, Numerical Recipes (1992), 6.2.
inline float vector_normal(float x) {
  const float z = (x < 0 ? -x : x) * 0.70710678118654752f;
  const float t = 1 / (1 + 0.5f * z);
  float p = 0.17087277f;
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  const float tail = 0.5f * t * vector_exp(p - z * z);
  return x < 0 ? tail : 1 - tail;
}

}  // namespace tutti::kernels::cpu
