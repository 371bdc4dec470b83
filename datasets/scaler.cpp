#include "datasets/scaler.h"

#include <algorithm>
#include <cmath>

#include "kernels/support/error.h"

namespace tutti {
namespace {

/// The values of one column in the given rows.
std::vector<double> column_of(const Tensor& values, const std::vector<std::int32_t>& rows,
                              std::int64_t column) {
  std::vector<double> result;
  for (const auto row : rows) result.push_back(values.data<float>()[row * values.dim(1) + column]);
  return result;
}

double mean(const std::vector<double>& column) {
  double sum = 0;
  for (const double x : column) sum += x;
  return sum / static_cast<double>(column.size());
}

double population_stddev(const std::vector<double>& column, double center) {
  double squares = 0;
  for (const double x : column) squares += (x - center) * (x - center);
  return std::sqrt(squares / static_cast<double>(column.size()));
}

struct Line {
  double offset, scale;
};

Line fit_column(Scaling scaling, const std::vector<double>& column) {
  if (scaling == Scaling::none) return {0, 1};
  const auto [low, high] = std::minmax_element(column.begin(), column.end());
  if (*low == *high) return {*low, 0};
  if (scaling == Scaling::minmax) return {*low, 1 / (*high - *low)};
  const double center = mean(column);
  return {center, 1 / population_stddev(column, center)};
}

}  // namespace

Scaler fit_scaler(Scaling scaling, const Tensor& values, const std::vector<std::int32_t>& rows) {
  if (rows.empty()) throw Error("a scaler is fitted on at least one row");
  Scaler scaler;
  for (std::int64_t column = 0; column < values.dim(1); ++column) {
    const auto [offset, scale] = fit_column(scaling, column_of(values, rows, column));
    scaler.offset.push_back(offset);
    scaler.scale.push_back(scale);
  }
  return scaler;
}

Tensor Scaler::apply(const Tensor& values) const {
  const auto columns = static_cast<std::int64_t>(offset.size());
  if (values.dim(1) != columns)
    throw Error("a scaler for ", columns, " columns cannot scale values of shape ", values.shape());
  Tensor scaled = Tensor::empty(values.shape(), DType::float32, Device::cpu);
  const auto* const from = values.data<float>();
  auto* const to = scaled.data<float>();
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const auto column = static_cast<std::size_t>(i % columns);
    to[i] = static_cast<float>((from[i] - offset[column]) * scale[column]);
  }
  return scaled;
}

std::vector<std::string> Scaler::constant_columns(const std::vector<std::string>& names) const {
  std::vector<std::string> constant;
  for (std::size_t i = 0; i < scale.size(); ++i)
    if (scale[i] == 0) constant.push_back(names.at(i));
  return constant;
}

}  // namespace tutti
