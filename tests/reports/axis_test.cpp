#include "reports/axis.h"

#include <algorithm>

#include "tests/support/catch.h"

using namespace tutti;

namespace {

std::vector<std::string> labels(const Ticks& ticks) {
  std::vector<std::string> labels;
  for (const double value : ticks.values) labels.push_back(ticks.label(value));
  return labels;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("Ticks stand at round numbers within the range") {
  CHECK(labels(nice_ticks(0, 1, 7)) == Labels{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels(nice_ticks(0, 2.4, 7)) == Labels{"0.0", "0.5", "1.0", "1.5", "2.0"});
  CHECK(labels(nice_ticks(-0.3, 0.9, 7)) == Labels{"-0.2", "0.0", "0.2", "0.4", "0.6", "0.8"});
  CHECK(labels(nice_ticks(0, 0.0031, 5)) == Labels{"0.000", "0.001", "0.002", "0.003"});
  CHECK(labels(nice_ticks(0, 3e8, 4)) == Labels{"0", "1e+08", "2e+08", "3e+08"});
}

TEST_CASE("Ticks are never more than asked for, whatever the range") {
  for (double high = 1e-90; high < 1e99; high *= 1.37) {
    const auto ticks = nice_ticks(0, high, 7);
    CHECK(ticks.values.size() >= 2);
    CHECK(ticks.values.size() <= 7);
    CHECK(ticks.values.back() <= high * (1 + 1e-9));
  }
}

TEST_CASE("Ticks of epochs are whole numbers") {
  CHECK(labels(whole_ticks(1, 1.5, 16)) == Labels{"1"});
  CHECK(labels(whole_ticks(1, 3.04, 16)) == Labels{"1", "2", "3"});
  CHECK(labels(whole_ticks(1, 51, 11)) ==
        Labels{"5", "10", "15", "20", "25", "30", "35", "40", "45", "50"});
}

TEST_CASE(
    "Ticks of a logarithmic axis stand at 1, 2 and 5, or at powers of ten where room is short") {
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return std::abs(x - y) < 1e-9 * y; });
  };
  CHECK(near(log_ticks(1, 100, 7), {1, 2, 5, 10, 20, 50, 100}));
  CHECK(near(log_ticks(0.003, 0.06, 7), {0.005, 0.01, 0.02, 0.05}));
  CHECK(near(log_ticks(1e-4, 10, 7), {1e-4, 1e-3, 1e-2, 0.1, 1, 10}));
  CHECK(near(log_ticks(1, 1e9, 4), {1, 1e3, 1e6, 1e9}));
}

TEST_CASE("On a logarithmic scale equal factors are equally far apart") {
  const LogScale scale{1, 100, 400, 100};
  CHECK(scale(1) == 400);
  CHECK(scale(10) == Approx(250));
  CHECK(scale(100) == 100);
}

TEST_CASE("A scale maps its ends to the paper's ends") {
  const Scale scale{0, 2, 400, 100};
  CHECK(scale(0) == 400);
  CHECK(scale(2) == 100);
  CHECK(scale(0.5) == 325);
}
