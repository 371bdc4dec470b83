#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tutti {

/// One genre's row of a report. A rate whose denominator is 0 is 0.
struct ClassMetrics {
  double precision, recall, true_positive_rate, false_positive_rate, f1;
};

/// How predictions compare with the truth.
/// The examples whose predicted genre has a probability in one of 15 bins of equal width.
struct CalibrationBin {
  std::int64_t examples = 0;
  double probability = 0, accuracy = 0;  // means over them
};

struct Metrics {
  double accuracy = 0, loss = 0;
  std::vector<std::string> classes;
  std::vector<std::vector<std::int64_t>> confusion;  // [true genre][predicted genre]
  std::vector<ClassMetrics> per_class;
  std::optional<double> calibration_error = {};  // of probabilities, where they are known
  std::vector<CalibrationBin> calibration = {};  // the same bin by bin

  std::int64_t examples_of(std::size_t genre) const;  // the row's total
  std::int64_t examples() const;
};

/// Metrics of probabilities [n, classes] against labels [n]; loss is the mean cross-entropy
/// -log(max(p of the true genre, 1e-7)), clipped from below as Keras does. Of equal probabilities
/// the first is the prediction.
Metrics measure(const std::vector<float>& probabilities, const std::vector<std::int32_t>& labels,
                const std::vector<std::string>& classes);

std::vector<CalibrationBin> calibration_bins(const std::vector<float>& probabilities,
                                             const std::vector<std::int32_t>& labels);

/// The expected calibration error: how far, on average over the examples, the probability of the
/// predicted genre is from the share of right predictions, bin by bin. Guo and
/// others: On calibration of modern neural networks (ICML 2017).
double expected_calibration_error(const std::vector<float>& probabilities,
                                  const std::vector<std::int32_t>& labels);

/// The same for classes already decided ([n], a majority vote); the loss is given.
Metrics measure(const std::vector<std::int32_t>& predicted, const std::vector<std::int32_t>& labels,
                const std::vector<std::string>& classes, double loss);

}  // namespace tutti
