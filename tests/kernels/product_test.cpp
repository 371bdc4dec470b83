#include "kernels/cpu/product.h"

#include <cmath>
#include <vector>

#include "tests/support/catch.h"

namespace {

using namespace tutti::kernels::cpu;

std::vector<float> numbers(std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<float>(i * i % 1009));
  return values;
}

struct ProductCase {
  std::int64_t m, n, k;
  std::int64_t row, column;  // of a
};

}  // namespace

TEST_CASE("products of every vector unit are the sums that define them, and stay in their place") {
  const ProductCase c = GENERATE(ProductCase{1, 1, 1, 1, 1}, ProductCase{8, 48, 5, 5, 1},
                                 ProductCase{19, 131, 37, 3, 1}, ProductCase{7, 100, 70, 1, 9},
                                 ProductCase{3, 5, 0, 1, 1}, ProductCase{9, 2000, 150, 160, 1});
  const bool add = GENERATE(false, true);
  const std::int64_t b_stride = c.n + 3, c_stride = c.n + 2;
  const auto a = numbers(c.m * c.row + c.k * c.column), b = numbers((c.k + 1) * b_stride),
             before = numbers(c.m * c_stride);
  for (const auto& kernel : product_kernels()) {
    auto y = before;
    kernel(c.m, c.n, c.k, {a.data(), c.row, c.column}, b.data(), b_stride, add, y.data(), c_stride);
    double worst = 0;
    for (std::int64_t i = 0; i < c.m; ++i)
      for (std::int64_t j = 0; j < c_stride; ++j) {
        const auto at = static_cast<std::size_t>(i * c_stride + j);
        double sum = add || j >= c.n ? before[at] : 0;
        for (std::int64_t k = 0; k < c.k && j < c.n; ++k)
          sum += double{a[static_cast<std::size_t>(i * c.row + k * c.column)]} *
                 b[static_cast<std::size_t>(k * b_stride + j)];
        worst = std::max(worst, std::abs(sum - y[at]));
      }
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("rows of a product are the same bits alone and beside others") {
  const std::int64_t m = 21, n = 61, k = 33;
  const auto a = numbers(m * k), b = numbers(k * n);
  for (const auto& kernel : product_kernels()) {
    std::vector<float> all(m * n), alone(m * n);
    kernel(m, n, k, {a.data(), k, 1}, b.data(), n, false, all.data(), n);
    for (std::int64_t i = 0; i < m; ++i)
      kernel(1, n, k, {a.data() + i * k, k, 1}, b.data(), n, false, alone.data() + i * n, n);
    CHECK(all == alone);
  }
}
