#pragma once
#include <cstdint>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// The labels of some rows, in their order.
std::vector<std::int32_t> labels_of(const std::vector<std::int32_t>& labels,
                                    const std::vector<std::int32_t>& rows);

/// Labeled examples: some rows of a data set, which is not copied.
struct Examples {
  Examples() = default;  // none
  /// All rows of x [n, …], with labels int32 [n].
  Examples(const Tensor& data, const Tensor& y);
  /// The rows given, each an index into data and into `y`, the labels of the whole data set.
  Examples(Tensor data, std::vector<std::int32_t> y, std::vector<std::int32_t> which);

  std::int64_t size() const { return static_cast<std::int64_t>(rows.size()); }
  std::vector<std::int32_t> row_labels() const { return labels_of(labels, rows); }

  Tensor x;                          // [examples, …] uint8 or float32
  std::vector<std::int32_t> labels;  // of every example in x
  std::vector<std::int32_t> rows;
};

/// Rows for each member: [M][n], of equal lengths where members are trained or evaluated at once.
using MemberRows = std::vector<std::vector<std::int32_t>>;

/// Labeled examples of which every member sees rows of its own.
struct MemberExamples {
  Tensor x;                          // [examples, …] uint8 or float32
  std::vector<std::int32_t> labels;  // of every example in x
  MemberRows rows;

  /// How many each member sees.
  std::int64_t size() const { return rows.empty() ? 0 : static_cast<std::int64_t>(rows[0].size()); }
};

/// The same rows for every member.
MemberExamples shared_by(std::int64_t members, const Examples& examples);

/// Rows [M B] of x, which is in the host's memory, member after member: [M, B, …].
Tensor gather_rows(const Tensor& x, const std::vector<std::int32_t>& rows, std::int64_t members);

/// Of all values in the examples' rows; x must be uint8.
struct MeanAndStandardDeviation {
  double mean, standard_deviation;
};
MeanAndStandardDeviation mean_and_standard_deviation(const Examples& examples);

}  // namespace tutti
