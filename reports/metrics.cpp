#include "reports/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/training/score.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

double rate(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void expect_size(const char* what, std::size_t size, std::size_t right) {
  if (size != right) throw Error("metrics: ", size, " ", what, " where ", right, " are needed");
}

void expect_genres(const char* what, const std::vector<std::int32_t>& values, std::size_t classes) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] < 0 || static_cast<std::size_t>(values[i]) >= classes)
      throw Error("metrics: ", what, " ", i, " is ", values[i], "; with ", classes,
                  " classes it must be at least 0 and below ", classes);
}

ClassMetrics class_metrics(const Metrics& metrics, std::size_t genre, std::int64_t examples) {
  std::int64_t predicted = 0;
  for (const auto& row : metrics.confusion) predicted += row[genre];
  const std::int64_t hits = metrics.confusion[genre][genre];
  const std::int64_t support = metrics.examples_of(genre);

  ClassMetrics result{};
  result.precision = rate(hits, predicted);
  result.recall = result.true_positive_rate = rate(hits, support);
  result.false_positive_rate = rate(predicted - hits, examples - support);
  result.f1 = rate(2 * hits, predicted + support);
  return result;
}

}  // namespace

std::int64_t Metrics::examples_of(std::size_t genre) const {
  const auto& row = confusion.at(genre);
  return std::accumulate(row.begin(), row.end(), std::int64_t{0});
}

std::int64_t Metrics::examples() const {
  std::int64_t total = 0;
  for (std::size_t genre = 0; genre < confusion.size(); ++genre) total += examples_of(genre);
  return total;
}

Metrics measure(const std::vector<float>& probabilities, const std::vector<std::int32_t>& labels,
                const std::vector<std::string>& classes) {
  expect_size("probabilities", probabilities.size(), labels.size() * classes.size());
  expect_genres("label", labels, classes.size());

  std::vector<std::int32_t> predicted;
  const auto count = static_cast<std::ptrdiff_t>(classes.size());
  for (auto row = probabilities.begin(); row != probabilities.end(); row += count)
    predicted.push_back(static_cast<std::int32_t>(std::max_element(row, row + count) - row));
  Metrics metrics = measure(predicted, labels, classes, score(probabilities, labels).loss);
  metrics.calibration_error = expected_calibration_error(probabilities, labels);
  metrics.calibration = calibration_bins(probabilities, labels);
  return metrics;
}

std::vector<CalibrationBin> calibration_bins(const std::vector<float>& probabilities,
                                             const std::vector<std::int32_t>& labels) {
  constexpr std::size_t count = 15;
  std::vector<CalibrationBin> bins(count);
  if (labels.empty()) return bins;
  const auto classes = static_cast<std::ptrdiff_t>(probabilities.size() / labels.size());
  auto row = probabilities.begin();
  for (std::size_t i = 0; i < labels.size(); ++i, row += classes) {
    const auto best = std::max_element(row, row + classes);
    const auto place = static_cast<std::size_t>(std::clamp(*best, 0.0f, 1.0f) * count);
    CalibrationBin& bin = bins[std::min(place, count - 1)];
    ++bin.examples;
    bin.probability += *best;
    bin.accuracy += best - row == labels[i];
  }
  for (auto& bin : bins) {
    const auto examples = static_cast<double>(std::max<std::int64_t>(1, bin.examples));
    bin.probability /= examples;
    bin.accuracy /= examples;
  }
  return bins;
}

double expected_calibration_error(const std::vector<float>& probabilities,
                                  const std::vector<std::int32_t>& labels) {
  if (labels.empty()) return 0;
  double sum = 0;
  for (const auto& bin : calibration_bins(probabilities, labels))
    sum += static_cast<double>(bin.examples) * std::abs(bin.accuracy - bin.probability);
  return sum / static_cast<double>(labels.size());
}

Metrics measure(const std::vector<std::int32_t>& predicted, const std::vector<std::int32_t>& labels,
                const std::vector<std::string>& classes, double loss) {
  expect_size("predictions", predicted.size(), labels.size());
  expect_genres("label", labels, classes.size());
  expect_genres("prediction", predicted, classes.size());

  Metrics metrics;
  metrics.loss = loss;
  metrics.classes = classes;
  metrics.confusion.assign(classes.size(), std::vector<std::int64_t>(classes.size()));
  std::int64_t hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ++metrics
          .confusion[static_cast<std::size_t>(labels[i])][static_cast<std::size_t>(predicted[i])];
    hits += predicted[i] == labels[i];
  }
  const auto examples = static_cast<std::int64_t>(labels.size());
  metrics.accuracy = rate(hits, examples);
  for (std::size_t genre = 0; genre < classes.size(); ++genre)
    metrics.per_class.push_back(class_metrics(metrics, genre, examples));
  return metrics;
}

}  // namespace tutti
