#include <cmath>

#include "apps/search/search.h"
#include "apps/training/epoch_lines.h"

namespace tutti {

bool TrialRun::report(const std::vector<EpochResult>& splits) {
  const EpochResult mean = mean_result(splits);
  trial_.intermediate[static_cast<std::int64_t>(history_.size())] =
      options_->objective == Objective::val_loss ? mean.val_loss : mean.val_accuracy;
  history_.push_back(splits);
  if (options_->pruner == Pruner::none || !median_prunes(trial_, *known_, options_->direction()))
    return true;
  trial_.state = TrialState::pruned;
  return false;
}

void TrialRun::finish(const std::string& error) {
  finished_ = true;
  trial_.error = error;
  if (!error.empty() || trial_.intermediate.empty()) {
    trial_.state = TrialState::fail;
    return;
  }
  const double value = trial_.intermediate.rbegin()->second;
  if (std::isnan(value)) {  // neither better nor worse than others; nor does Optuna store it
    trial_.state = TrialState::fail;
    trial_.error = std::string("its ") + name(options_->objective) + " is not a number";
    return;
  }
  trial_.value = value;
  if (trial_.state == TrialState::running) trial_.state = TrialState::complete;
}

}  // namespace tutti
