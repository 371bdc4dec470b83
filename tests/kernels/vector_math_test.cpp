#include "kernels/cpu/vector_math.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace tutti::kernels::cpu;

namespace {

/// Distance in units of the last place of the true value.
double ulps(float value, double truth) {
  const float rounded = static_cast<float>(truth);
  return std::abs(value - truth) /
         (std::nextafter(std::abs(rounded), INFINITY) - std::abs(rounded));
}

}  // namespace

TEST_CASE("The vector functions are within three units of the last place") {
  double of_exp = 0, of_tanh = 0, of_sigmoid = 0;
  for (double at = -30; at < 30; at += 0.00037) {
    const float x = static_cast<float>(at);
    of_exp = std::max(of_exp, ulps(vector_exp(x), std::exp(double{x})));
    of_tanh = std::max(of_tanh, ulps(vector_tanh(x), std::tanh(double{x})));
    of_sigmoid = std::max(of_sigmoid, ulps(vector_sigmoid(x), 1 / (1 + std::exp(-double{x}))));
  }
  CHECK(of_exp < 3);
  CHECK(of_tanh < 3);
  CHECK(of_sigmoid < 3);
}

TEST_CASE("The vector functions have their limits, and NaN stays NaN") {
  CHECK(vector_tanh(0) == 0);
  CHECK(vector_tanh(100) == 1);
  CHECK(vector_tanh(-INFINITY) == -1);
  CHECK(vector_sigmoid(INFINITY) == 1);
  CHECK(vector_sigmoid(-200) < 1e-37);
  CHECK(vector_exp(-1000) < 1e-37);
  CHECK(std::isnan(vector_tanh(NAN)));
  CHECK(std::isnan(vector_sigmoid(NAN)));
}

TEST_CASE("Softplus and the normal distribution's function are right to 2e-7") {
  double of_softplus = 0, of_normal = 0;
  for (double at = -30; at < 30; at += 0.00037) {
    const float x = static_cast<float>(at);
    const double softplus = std::log1p(std::exp(double{x}));
    of_softplus =
        std::max(of_softplus, std::abs(vector_softplus(x) - softplus) / std::max(1.0, softplus));
    of_normal =
        std::max(of_normal, std::abs(vector_normal(x) - 0.5 * std::erfc(-x * std::sqrt(0.5))));
  }
  CHECK(of_softplus < 2e-7);
  CHECK(of_normal < 2e-7);
  CHECK(std::isnan(vector_softplus(NAN)));
  CHECK(std::isnan(vector_normal(NAN)));
}
