#include "models/feature_trials.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/parallel.h"
#include "models/members.h"

namespace tutti {
namespace {

using Group = std::vector<std::size_t>;

/// What trials must share to train as members of one network. Large shapes sort first.
auto shape_of(const FeatureTrial& trial) {
  const auto& [recipe, splits] = trial;
  const LstmOptions& l = recipe.lstm;
  return std::make_tuple(-l.units * l.units * l.layers, l.units, l.layers, l.dense, l.dense_layers,
                         recipe.training.epochs, recipe.training.batch_size, splits[0].train.size(),
                         splits[0].validation.size());
}

/// A group in training: the members of its trials, trial after trial.
class Side {
 public:
  Side(const FeatureTable& table, const std::vector<FeatureTrial>& trials, const Group& group)
      : table_(table), trials_(trials), group_(group), ended_(group.size()) {
    for (const auto trial : group) {
      first_.push_back(splits_.size());
      splits_.insert(splits_.end(), trials[trial].splits.begin(), trials[trial].splits.end());
    }
  }

  void train(const OnTrialEpoch& on_epoch, const std::atomic<bool>& stop,
             std::vector<FeatureTrialResult>& results) {
    FeatureRecipe recipe = trials_[group_[0]].recipe;
    for (std::size_t i = 0; i < group_.size(); ++i)
      recipe.training.learning_rates.insert(recipe.training.learning_rates.end(), splits_of(i),
                                            trials_[group_[i]].recipe.training.learning_rate);
    recipe.training.stop = &all_ended_;
    recipe.training.on_step = [&](int, std::int64_t, std::int64_t) {
      if (stop) all_ended_ = true;
    };
    recipe.training.on_epoch = [&](int epoch, const std::vector<EpochResult>& members) {
      for (std::size_t i = 0; i < group_.size(); ++i) {
        if (ended_[i]) continue;
        const auto begin = members.begin() + static_cast<std::ptrdiff_t>(first_[i]);
        const std::vector<EpochResult> mine(begin,
                                            begin + static_cast<std::ptrdiff_t>(splits_of(i)));
        results[group_[i]].history.push_back(mine);
        ended_[i] = !on_epoch(group_[i], epoch, mine);
      }
      if (std::all_of(ended_.begin(), ended_.end(), [](bool ended) { return ended; }))
        all_ended_ = true;
    };
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < group_.size(); ++i)
      for (std::uint64_t k = 0; k < splits_of(i); ++k) numbers.push_back(k);
    FeatureClassifiers classifiers = build_classifiers(table_, splits_, recipe, numbers);
    train_classifiers(classifiers, table_, splits_, recipe, numbers);
  }

 private:
  std::size_t splits_of(std::size_t i) const { return trials_[group_[i]].splits.size(); }

  const FeatureTable& table_;
  const std::vector<FeatureTrial>& trials_;
  const Group& group_;
  std::vector<ThreeWaySplit> splits_;
  std::vector<std::size_t> first_;  // member of each trial
  std::vector<bool> ended_;
  std::atomic<bool> all_ended_{false};
};

}  // namespace

std::vector<Group> group_by_shape(const std::vector<FeatureTrial>& trials, std::size_t most) {
  std::map<decltype(shape_of(trials[0])), Group> by_shape;
  for (std::size_t i = 0; i < trials.size(); ++i) by_shape[shape_of(trials[i])].push_back(i);
  std::vector<Group> groups;
  for (const auto& [shape, group] : by_shape)
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (i % most == 0) groups.emplace_back();
      groups.back().push_back(group[i]);
    }
  return groups;
}

std::vector<FeatureTrialResult> train_trials(const FeatureTable& table,
                                             const std::vector<FeatureTrial>& trials,
                                             const OnTrialEpoch& on_epoch,
                                             const std::atomic<bool>& stop) {
  std::vector<FeatureTrialResult> results(trials.size());
  if (trials.empty()) return results;
  const auto train = [&](const Group& group) {
    try {
      Side(table, trials, group).train(on_epoch, stop, results);
    } catch (const Diverged& problem) {
      if (group.size() > 1) return false;
      results[group[0]].error = problem.what();
    }
    return true;
  };
  // One member that diverges ends its group: then each trains again by itself.
  const auto train_all = [&](const Group& group) {
    if (train(group)) return;
    for (const auto trial : group) {
      results[trial] = {};
      train({trial});
    }
  };
  const bool on_cores = trials[0].recipe.device == Device::cpu;
  const auto threads = static_cast<std::size_t>(thread_count());
  const std::size_t most = on_cores ? (trials.size() + threads - 1) / threads : trials.size();
  const auto groups = group_by_shape(trials, most);
  const auto body = [&](std::int64_t g) { train_all(groups[static_cast<std::size_t>(g)]); };
  if (on_cores)
    parallel_for(static_cast<std::int64_t>(groups.size()), body);
  else
    for (std::size_t g = 0; g < groups.size(); ++g) body(static_cast<std::int64_t>(g));
  return results;
}

}  // namespace tutti
