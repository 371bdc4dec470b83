#include "reports/curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tutti {
namespace {

bool drawable(double value) { return std::abs(value) < 1e100; }  // false for NaN

}  // namespace

bool Curve::has(std::size_t epoch) const { return !std::isnan(mean[epoch]); }

bool Curve::empty() const { return !best_epoch(true); }

std::optional<std::size_t> Curve::best_epoch(bool more_is_better) const {
  std::optional<std::size_t> best;
  for (std::size_t epoch = 0; epoch < epochs(); ++epoch) {
    if (!has(epoch)) continue;
    if (!best || (more_is_better ? mean[epoch] > mean[*best] : mean[epoch] < mean[*best]))
      best = epoch;
  }
  return best;
}

Curve curve_of(const History& history, double EpochResult::*value) {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  Curve curve;
  for (const auto& members : history) {
    double sum = 0, low = nothing, high = nothing;
    int count = 0;
    for (const EpochResult& member : members) {
      if (!drawable(member.*value)) continue;
      sum += member.*value;
      low = std::fmin(low, member.*value);
      high = std::fmax(high, member.*value);
      ++count;
    }
    curve.mean.push_back(count == 0 ? nothing : sum / count);
    curve.low.push_back(low);
    curve.high.push_back(high);
  }
  return curve;
}

}  // namespace tutti
