#pragma once
#include <vector>

#include "engine/layers/model.h"
#include "engine/layers/normalization/normalization.h"

namespace tutti {

/// Mean and variance of each column of some numbers.
struct Moments {
  std::vector<double> mean, variance;
};

/// Adds up rows of numbers to their columns' moments.
class MomentSums {
 public:
  explicit MomentSums(std::size_t columns) : sums_(columns), squares_(columns) {}
  template <class Number>
  void add(const Number* row) {
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      const auto value = static_cast<double>(row[c]);
      sums_[c] += value;
      squares_[c] += value * value;
    }
    ++rows_;
  }
  /// The variance of a column that holds one value only is 1.
  Moments moments() const;

 private:
  std::vector<double> sums_, squares_;
  std::int64_t rows_ = 0;
};

/// The first layer of a model whose columns shall have mean 0 and variance 1. Files of the model
/// hold its numbers.
inline Normalization standardization() { return Normalization({}); }

/// Sets them, for all members of a built model that begins with standardization().
void set_moments(Model& model, const Moments& moments);

}  // namespace tutti
