#include "datasets/scaler.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace tutti;

namespace {

/// Rows 0 to 2 are to fit on; row 3 lies outside their range. The last column is constant there.
Tensor table() {
  return Tensor::from<float>({4, 3}, {1, -100, 0.1f, 2, 0, 0.1f, 5, 300, 0.1f, 9, -500, 0.7f});
}
const std::vector<std::int32_t> fitted{0, 1, 2};

void check_values(const Tensor& tensor, const std::vector<double>& expected) {
  const auto values = tensor.to_vector<float>();
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(values[i] == Approx(expected[i]).margin(1e-6));
}

}  // namespace

TEST_CASE("Min-max scaling takes the fitted rows to 0 … 1 and the others along") {
  const auto scaler = fit_scaler(Scaling::minmax, table(), fitted);
  check_values(scaler.apply(table()), {0, 0, 0, 0.25, 0.25, 0, 1, 1, 0, 2, -1, 0});
}

TEST_CASE("Standard scaling takes mean and population standard deviation to 0 and 1") {
  const auto scaler = fit_scaler(Scaling::standard, table(), fitted);
  CHECK(scaler.offset[0] == Approx(8.0 / 3));
  CHECK(scaler.scale[0] == Approx(1 / std::sqrt(26.0 / 9)));
  const auto scaled = scaler.apply(table()).to_vector<float>();
  for (const std::size_t column : {0, 1}) {
    const double a = scaled[column], b = scaled[3 + column], c = scaled[6 + column];
    CHECK(a + b + c == Approx(0).margin(1e-6));
    CHECK(a * a + b * b + c * c == Approx(3));
  }
}

TEST_CASE("No scaling leaves the values as they are, in a copy") {
  const auto values = table();
  const auto scaler = fit_scaler(Scaling::none, values, fitted);
  const auto same = scaler.apply(values);
  CHECK(same.to_vector<float>() == values.to_vector<float>());
  CHECK(same.data<float>() != values.data<float>());
  CHECK(scaler.constant_columns({"a", "b", "c"}).empty());
}

TEST_CASE("A column that is constant where the scaler is fitted becomes 0, and is named") {
  for (const auto scaling : {Scaling::minmax, Scaling::standard}) {
    const auto scaler = fit_scaler(scaling, table(), fitted);
    CHECK(scaler.constant_columns({"a", "b", "c"}) == std::vector<std::string>{"c"});
    const auto scaled = scaler.apply(table()).to_vector<float>();
    for (const std::size_t i : {2, 5, 8, 11}) CHECK(scaled[i] == 0);
  }
  const auto one_row = fit_scaler(Scaling::standard, table(), {3});
  CHECK(one_row.constant_columns({"a", "b", "c"}).size() == 3);
}

TEST_CASE("A scaler refuses what it cannot scale or be fitted on") {
  const auto scaler = fit_scaler(Scaling::minmax, table(), fitted);
  CHECK_THROWS_WITH(scaler.apply(table().reshape({6, 2})),
                    Equals("a scaler for 3 columns cannot scale values of shape [6, 2]"));
  CHECK_THROWS_WITH(fit_scaler(Scaling::minmax, table(), {}),
                    Equals("a scaler is fitted on at least one row"));
}
