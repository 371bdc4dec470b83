#include "search/pruner.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tutti {
namespace {

constexpr int first_complete = 5;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

double best_so_far(const Trial& trial, Direction direction) {
  double best = none;
  for (const auto& [step, value] : trial.intermediate)
    best = direction == Direction::maximize ? std::fmax(best, value) : std::fmin(best, value);
  return best;
}

/// NaN if there is none; NaNs among the values are left out.
double median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return none;
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

}  // namespace

bool median_prunes(const Trial& trial, const std::vector<Trial>& others, Direction direction) {
  if (trial.intermediate.empty()) return false;
  const std::int64_t step = trial.intermediate.rbegin()->first;
  int complete = 0;
  std::vector<double> at_step;
  for (const auto& other : others) {
    if (other.state != TrialState::complete) continue;
    ++complete;
    if (const auto found = other.intermediate.find(step); found != other.intermediate.end())
      at_step.push_back(found->second);
  }
  if (complete < first_complete) return false;
  const double best = best_so_far(trial, direction), middle = median(at_step);
  return std::isnan(best) || (!std::isnan(middle) && better(middle, best, direction));
}

}  // namespace tutti
