#include "models/mel/standardization.h"

#include <algorithm>

namespace tutti {
namespace {

void set(Tensor values, const std::vector<double>& row) {
  std::vector<float> all;
  while (std::ssize(all) < values.size()) all.insert(all.end(), row.begin(), row.end());
  values.copy_from(all.data(), values.size());
}

}  // namespace

Moments MomentSums::moments() const {
  Moments moments;
  const auto n = static_cast<double>(rows_);
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    const double mean = sums_[c] / n, variance = squares_[c] / n - mean * mean;
    const bool constant = variance <= 1e-12 * squares_[c] / n;
    moments.mean.push_back(mean);
    moments.variance.push_back(constant ? 1 : variance);
  }
  return moments;
}

void set_moments(Model& model, const Moments& moments) {
  const auto& parameters = model.nodes().at(1).layer->own_parameters();
  for (const auto& parameter : parameters) {
    if (parameter.name == "mean") set(parameter.variable.value(), moments.mean);
    if (parameter.name == "variance") set(parameter.variable.value(), moments.variance);
  }
}

}  // namespace tutti
