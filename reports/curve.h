#pragma once
#include <optional>
#include <vector>

#include "engine/training/history.h"

namespace tutti {

/// One value of a history by epoch: the members' mean and range. NaN where no member has a value
/// that can be drawn; infinities and sizes past 1e100 cannot.
struct Curve {
  std::vector<double> mean, low, high;

  std::size_t epochs() const { return mean.size(); }
  bool has(std::size_t epoch) const;
  bool empty() const;  // no value at all

  /// The first epoch with the best mean; nothing if the curve is empty.
  std::optional<std::size_t> best_epoch(bool more_is_better) const;
};

Curve curve_of(const History& history, double EpochResult::*value);

}  // namespace tutti
