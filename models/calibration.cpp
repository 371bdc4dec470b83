#include "models/calibration.h"

#include <algorithm>
#include <cmath>

#include "engine/training/score.h"
#include "models/vote.h"

namespace tutti {
namespace {

constexpr double least = 1e-30;  // in place of a probability of 0

/// The least of a function with one valley, by the golden section.
template <class Function>
double lowest(Function f, double low, double high) {
  const double golden = (std::sqrt(5.0) - 1) / 2;
  for (int i = 0; i < 40; ++i) {
    const double a = high - golden * (high - low), b = low + golden * (high - low);
    const bool left = f(a) < f(b);
    (left ? high : low) = left ? b : a;
  }
  return (low + high) / 2;
}

}  // namespace

std::vector<float> tempered_mean(const Tensor& scores, double temperature) {
  auto all = mean_probabilities(scores);
  if (temperature == 1) return all;
  const auto classes = static_cast<std::size_t>(scores.shape().back());
  std::vector<double> powers(classes);
  for (std::size_t row = 0; row < all.size(); row += classes) {
    const double largest = *std::max_element(&all[row], &all[row] + classes);
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k)
      sum += powers[k] = std::pow(std::max<double>(all[row + k], least) / largest, 1 / temperature);
    for (std::size_t k = 0; k < classes; ++k) all[row + k] = static_cast<float>(powers[k] / sum);
  }
  return all;
}

double fit_temperature(const Tensor& scores, const std::vector<std::int32_t>& labels) {
  if (labels.empty()) throw Error("a temperature is fitted on held-out examples; there are none");
  const auto loss = [&](double logarithm) {
    return score(tempered_mean(scores, std::exp2(logarithm)), labels).loss;
  };
  return std::exp2(lowest(loss, -4, 4));
}

}  // namespace tutti
