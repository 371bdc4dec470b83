#pragma once
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "models/feature_classifier.h"

namespace tutti {

/// Recipes tried on the same splits of a table, any number at once, epoch by epoch. Those of equal
/// shapes are members of one network, which they enter and leave between epochs; networks train on
/// different cores. What a trial comes to is the bits of its recipe trained alone.
class FeatureTrials {
 public:
  /// The scaling and the device are the same for all. `stop` ends an epoch after the current step.
  FeatureTrials(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
                Scaling scaling, Device device, std::stop_token stop);
  ~FeatureTrials();

  void start(std::int64_t trial, const FeatureRecipe& recipe);
  void end(std::int64_t trial);

  /// What an epoch of a trial came to on each split; or that it diverged and where, and has ended.
  struct Epoch {
    std::int64_t trial;
    std::vector<EpochResult> splits;
    std::string error;
  };
  friend auto message_parts(Epoch& e) { return std::tie(e.trial, e.splits, e.error); }
  /// Trains every trial one epoch further; nothing of those that were stopped.
  std::vector<Epoch> epoch();

  /// The trials that are members of one network, for each network.
  std::vector<std::vector<std::int64_t>> groups() const;

 private:
  class Group;

  const FeatureTable& table_;
  FeatureExamples examples_;
  Device device_;
  std::stop_token stop_;
  std::vector<std::unique_ptr<Group>> groups_;
};

}  // namespace tutti
