#include "reports/metrics.h"

#include <cmath>

#include "kernels/support/error.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

const std::vector<std::string> abc = {"a", "b", "c"};

void expect(const ClassMetrics& metrics, double precision, double recall,
            double false_positive_rate, double f1) {
  CHECK(metrics.precision == Approx(precision));
  CHECK(metrics.recall == Approx(recall));
  CHECK(metrics.true_positive_rate == Approx(recall));
  CHECK(metrics.false_positive_rate == Approx(false_positive_rate));
  CHECK(metrics.f1 == Approx(f1));
}

}  // namespace

TEST_CASE("Metrics of decided classes are those computed by hand") {
  const auto metrics = measure({0, 0, 1, 1, 2, 0}, {0, 0, 0, 1, 1, 2}, abc, 0.5);
  CHECK(metrics.confusion ==
        std::vector<std::vector<std::int64_t>>{{2, 1, 0}, {0, 1, 1}, {1, 0, 0}});
  CHECK(metrics.accuracy == 0.5);
  CHECK(metrics.loss == 0.5);
  CHECK(metrics.classes == abc);
  REQUIRE(metrics.per_class.size() == 3);
  expect(metrics.per_class[0], 2.0 / 3, 2.0 / 3, 1.0 / 3, 2.0 / 3);
  expect(metrics.per_class[1], 1.0 / 2, 1.0 / 2, 1.0 / 4, 1.0 / 2);
  expect(metrics.per_class[2], 0, 0, 1.0 / 5, 0);
  CHECK(metrics.examples_of(0) == 3);
  CHECK(metrics.examples_of(2) == 1);
  CHECK(metrics.examples() == 6);
}

TEST_CASE("The rates of the RNN's report follow from its confusion matrix") {
  std::vector<std::int32_t> labels, predicted;  // pop 16 right and 1 wrong, classical 21 and 2
  const auto add = [&](int count, std::int32_t label, std::int32_t prediction) {
    labels.insert(labels.end(), count, label);
    predicted.insert(predicted.end(), count, prediction);
  };
  add(16, 0, 0);
  add(1, 0, 1);
  add(2, 1, 0);
  add(21, 1, 1);
  const auto metrics = measure(predicted, labels, {"pop", "classical"}, 0.125);
  CHECK(metrics.per_class[0].true_positive_rate == Approx(0.9411).margin(1e-4));
  CHECK(metrics.per_class[0].false_positive_rate == Approx(0.0869).margin(1e-4));
  CHECK(metrics.per_class[1].true_positive_rate == Approx(0.9130).margin(1e-4));
  CHECK(metrics.per_class[1].false_positive_rate == Approx(0.0588).margin(1e-4));
  CHECK(metrics.per_class[1].precision == Approx(0.9545).margin(1e-4));
}

TEST_CASE("A rate whose denominator is 0 is 0") {
  const auto metrics = measure({0, 0}, {0, 0}, {"only", "never"}, 0);
  expect(metrics.per_class[0], 1, 1, 0, 1);  // no negatives
  expect(metrics.per_class[1], 0, 0, 0, 0);  // no example, no prediction

  const auto nothing = measure(std::vector<float>{}, {}, abc);
  CHECK(nothing.accuracy == 0);
  CHECK(nothing.loss == 0);
  expect(nothing.per_class[2], 0, 0, 0, 0);
}

TEST_CASE("The prediction is the most probable genre, the first of equal ones") {
  const auto metrics = measure({0.2f, 0.5f, 0.3f,   //
                                0.4f, 0.2f, 0.4f,   //
                                0.25f, 0.5f, 0.5f,  //
                                0.1f, 0.2f, 0.7f},
                               {1, 0, 1, 0}, abc);
  CHECK(metrics.confusion ==
        std::vector<std::vector<std::int64_t>>{{1, 0, 1}, {0, 2, 0}, {0, 0, 0}});
  CHECK(metrics.accuracy == 0.75);
}

TEST_CASE("Loss is the mean of -log p of the true genre, with p at least 1e-7") {
  const std::vector<std::string> classes = {"a", "b"};
  CHECK(measure({0.25f, 0.75f}, {0}, classes).loss == Approx(std::log(4.0)));
  CHECK(measure({1, 0}, {0}, classes).loss == 0);
  CHECK(measure({1, 0}, {1}, classes).loss == Approx(16.118095650958319));
  CHECK(measure({1, 1e-30f}, {1}, classes).loss == Approx(16.118095650958319));
  CHECK(measure({1, 0, 0.5f, 0.5f}, {1, 0}, classes).loss ==
        Approx((16.118095650958319 + std::log(2.0)) / 2));
  CHECK(std::isnan(measure({NAN, NAN}, {0}, classes).loss));
}

TEST_CASE("Metrics of lists that do not fit together are an error that says where") {
  CHECK_THROWS_WITH(measure({0.5f, 0.5f, 1}, {0, 1}, {"a", "b"}), Contains("3 probabilities"));
  CHECK_THROWS_WITH(measure({0, 1, 0}, {0, 1}, abc, 0), Contains("3 predictions"));
  CHECK_THROWS_WITH(measure({0, 1}, {0, 3}, abc, 0), Contains("label 1 is 3"));
  CHECK_THROWS_WITH(measure({0, -1}, {0, 1}, abc, 0), Contains("prediction 1 is -1"));
  CHECK_THROWS_AS(measure({0.5f}, {0}, {}), Error);
}

TEST_CASE("The calibration error is the gap between probability and accuracy, bin by bin") {
  // Two at 0.75 of which one is right, one at 0.9 that is, two at 0.6 that are not.
  const std::vector<float> p = {0.75f, 0.25f, 0.25f, 0.75f, 0.9f, 0.1f, 0.6f, 0.4f, 0.6f, 0.4f};
  const std::vector<std::int32_t> labels = {0, 0, 0, 1, 1};
  const double wanted = (2 * 0.25 + 0.1 + 2 * 0.6) / 5;
  CHECK(expected_calibration_error(p, labels) == Approx(wanted).epsilon(1e-6));
  CHECK(measure(p, labels, {"a", "b"}).calibration_error == Approx(wanted).epsilon(1e-6));
  const auto bins = calibration_bins(p, labels);
  REQUIRE(bins.size() == 15);
  CHECK(bins[11].examples == 2);  // 11 / 15 to 12 / 15
  CHECK(bins[11].probability == Approx(0.75));
  CHECK(bins[11].accuracy == Approx(0.5));
  CHECK(bins[10].examples == 0);
  CHECK(expected_calibration_error({1, 0}, {0}) == 0);
  CHECK(expected_calibration_error({}, {}) == 0);
  CHECK_FALSE(measure({0}, {0}, {"a", "b"}, 0).calibration_error);
}
