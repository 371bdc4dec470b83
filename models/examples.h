#pragma once
#include <cstdint>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// Labelled examples: some rows of a data set, which is not copied.
struct Examples {
  Examples() = default;  // none
  /// All rows of x [n, …], with labels int32 [n].
  Examples(const Tensor& data, const Tensor& y);
  /// The rows given, each an index into data and into `y`, the labels of the whole data set.
  Examples(Tensor data, std::vector<std::int32_t> y, std::vector<std::int32_t> which);

  std::int64_t size() const { return static_cast<std::int64_t>(rows.size()); }
  std::vector<std::int32_t> row_labels() const;  // of `rows`, in their order

  Tensor x;                          // [examples, …] uint8 or float32
  std::vector<std::int32_t> labels;  // of every example in x
  std::vector<std::int32_t> rows;
};

/// Of all values in the examples' rows; x must be uint8.
struct MeanAndDeviation {
  double mean, deviation;
};
MeanAndDeviation mean_and_deviation(const Examples& examples);

}  // namespace tutti
