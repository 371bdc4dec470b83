#include "kernels/normal_numbers.h"

#include "tests/support/catch.h"

using namespace tutti::kernels;

TEST_CASE("Normal numbers have the normal distribution's moments and do not depend on each other") {
  constexpr int blocks = 100'000;
  double sum[4] = {}, squares[4] = {}, fourth[4] = {}, product = 0;
  for (int i = 0; i < blocks; ++i) {
    const auto words = philox(7, 1, static_cast<std::uint64_t>(i));
    for (int k = 0; k < 4; ++k) {
      const double x = normal_number(words, k);
      sum[k] += x, squares[k] += x * x, fourth[k] += x * x * x * x;
    }
    product += normal_number(words, 0) * normal_number(words, 1);
  }
  for (int k = 0; k < 4; ++k) {
    CHECK(std::abs(sum[k] / blocks) < 0.015);
    CHECK(std::abs(squares[k] / blocks - 1) < 0.02);
    CHECK(std::abs(fourth[k] / blocks - 3) < 0.15);
  }
  CHECK(std::abs(product / blocks) < 0.015);
}
