#include "search/trial.h"

namespace tutti {

bool counts(const Trial& trial) {
  switch (trial.state) {
    case TrialState::complete:
    case TrialState::pruned:
      return true;
    case TrialState::fail:
      return !trial.error.empty();
    case TrialState::running:
      return trial.watched;
    default:
      return false;
  }
}

const Trial* best_trial(const std::vector<Trial>& trials, Direction direction) {
  const Trial* best = nullptr;
  for (const auto& trial : trials)
    if (trial.state == TrialState::complete && trial.value &&
        (!best || better(*trial.value, *best->value, direction)))
      best = &trial;
  return best;
}

}  // namespace tutti
