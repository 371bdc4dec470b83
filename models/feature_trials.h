#pragma once
#include <functional>
#include <string>
#include <vector>

#include "models/feature_classifier.h"

namespace tutti {

/// A recipe to try on some splits of a table.
struct FeatureTrial {
  FeatureRecipe recipe;
  std::vector<ThreeWaySplit> splits;
};

struct FeatureTrialResult {
  History history;    // a member a split; the epochs until it was ended
  std::string error;  // that it diverged, and where
};

/// Called after every epoch of a trial, with the results on its splits; false ends the trial. Calls
/// come from several threads, those of one trial in their order.
using OnTrialEpoch =
    std::function<bool(std::size_t trial, int epoch, const std::vector<EpochResult>& splits)>;

/// Trains trials on the same table at once: those of equal shapes as members of one network, the
/// others on different cores. A trial's result is the bits of its recipe trained alone. `stop` ends
/// all after the current step.
std::vector<FeatureTrialResult> train_trials(const FeatureTable& table,
                                             const std::vector<FeatureTrial>& trials,
                                             const OnTrialEpoch& on_epoch,
                                             const std::atomic<bool>& stop);

/// Trials that train side by side, as indices: equal shapes, in groups of at most `most` members.
std::vector<std::vector<std::size_t>> group_by_shape(const std::vector<FeatureTrial>& trials,
                                                     std::size_t most);

}  // namespace tutti
