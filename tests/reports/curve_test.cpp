#include "reports/curve.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace tutti;

namespace {

EpochResult loss(double value) { return {value, 0, NAN, NAN}; }

}  // namespace

TEST_CASE("A curve is the mean of the members and their range") {
  const Curve curve =
      curve_of({{loss(1), loss(2), loss(6)}, {loss(4), loss(4), loss(4)}}, &EpochResult::loss);
  CHECK(curve.mean == std::vector<double>{3, 4});
  CHECK(curve.low == std::vector<double>{1, 4});
  CHECK(curve.high == std::vector<double>{6, 4});
}

TEST_CASE("A curve leaves out what cannot be drawn and has a gap where nothing is left") {
  const Curve curve = curve_of(
      {{loss(NAN), loss(2)}, {loss(NAN), loss(INFINITY)}, {}, {loss(1e200)}}, &EpochResult::loss);
  CHECK(curve.mean[0] == 2);
  for (const std::size_t epoch : {1, 2, 3}) CHECK_FALSE(curve.has(epoch));
  CHECK_FALSE(curve.empty());
  CHECK(curve_of({{loss(1)}}, &EpochResult::val_loss).empty());
}

TEST_CASE("The best epoch is the first with the best mean") {
  const Curve curve =
      curve_of({{loss(NAN)}, {loss(3)}, {loss(5)}, {loss(3)}, {loss(5)}}, &EpochResult::loss);
  CHECK(curve.best_epoch(true) == 2);
  CHECK(curve.best_epoch(false) == 1);
  CHECK_FALSE(curve_of({}, &EpochResult::loss).best_epoch(true));
}
