#include "models/feature_trials.h"

#include <algorithm>
#include <tuple>

#include "engine/members.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

/// What trials must share to train as members of one network.
auto shape_of(const FeatureRecipe& recipe) {
  const LstmOptions& l = recipe.lstm;
  return std::make_tuple(l.units, l.layers, l.dense, l.dense_layers, recipe.training.batch_size);
}

}  // namespace

/// Trials of one shape: the members of each, trial after trial.
class FeatureTrials::Group {
 public:
  Group(std::int64_t trial, const FeatureRecipe& recipe, const FeatureTable& table,
        const FeatureExamples& examples, std::stop_token stop)
      : recipe_(recipe),
        trials_{trial},
        each_(examples.training.rows.size()),
        members_(member_streams(recipe.seed, static_cast<std::int64_t>(each_))),
        model_(build(table)),
        training_(model_, {members_, examples.training, examples.validation}, recipe.training,
                  std::move(stop)) {}

  const std::vector<std::int64_t>& trials() const { return trials_; }
  bool takes(const Group& other) const { return shape_of(recipe_) == shape_of(other.recipe_); }
  /// How long an epoch takes, roughly.
  std::int64_t work() const {
    const LstmOptions& l = recipe_.lstm;
    return l.units * l.units * l.layers * static_cast<std::int64_t>(trials_.size());
  }

  void append_members(const Group& other) {
    training_.append_members(other.training_);
    trials_.insert(trials_.end(), other.trials_.begin(), other.trials_.end());
  }

  void end(std::size_t place) {
    trials_.erase(trials_.begin() + static_cast<std::ptrdiff_t>(place));
    if (trials_.empty()) return;
    std::vector<std::int64_t> kept;
    for (std::size_t m = 0; m < (trials_.size() + 1) * each_; ++m)
      if (m / each_ != place) kept.push_back(static_cast<std::int64_t>(m));
    training_.select_members(kept);
  }

  std::vector<Epoch> epoch() {
    std::vector<Epoch> epochs;
    while (!trials_.empty()) try {
        const auto members = training_.epoch();
        if (!members) break;
        auto first = members->begin();
        for (const auto trial : trials_) {
          const auto last = first + static_cast<std::ptrdiff_t>(each_);
          epochs.push_back({trial, {first, last}, ""});
          first = last;
        }
        break;
      } catch (const Diverged& problem) {  // the others go on from where it happened
        const auto place = static_cast<std::size_t>(problem.member) / each_;
        epochs.push_back({trials_[place], {}, problem.what()});
        end(place);
      }
    return epochs;
  }

 private:
  Model build(const FeatureTable& table) const {
    Model model = feature_model(recipe_, table.values.dim(1),
                                static_cast<std::int64_t>(table.classes.size()));
    model.build(streams_for(Purpose::initialization, members_), recipe_.device);
    return model;
  }

  FeatureRecipe recipe_;
  std::vector<std::int64_t> trials_;
  std::size_t each_;  // members per trial
  std::vector<RandomStream> members_;
  Model model_;
  Training training_;
};

FeatureTrials::FeatureTrials(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
                             Scaling scaling, Device device, std::stop_token stop)
    : table_(table),
      examples_(table, splits, fit_scalers(table, splits, scaling), device),
      device_(device),
      stop_(std::move(stop)) {}

FeatureTrials::~FeatureTrials() = default;

void FeatureTrials::start(std::int64_t trial, const FeatureRecipe& recipe) {
  auto alone = std::make_unique<Group>(trial, recipe, table_, examples_, stop_);
  std::size_t trials = 1;
  for (const auto& group : groups_) trials += group->trials().size();
  // On cores, groups stay small enough that each core has work.
  const auto threads = device_ == Device::cpu ? static_cast<std::size_t>(thread_count()) : 1;
  Group* smallest = nullptr;
  for (const auto& group : groups_)
    if (group->takes(*alone) && group->trials().size() < (trials + threads - 1) / threads &&
        (!smallest || group->trials().size() < smallest->trials().size()))
      smallest = group.get();
  if (smallest)
    smallest->append_members(*alone);
  else
    groups_.push_back(std::move(alone));
}

void FeatureTrials::end(std::int64_t trial) {
  for (auto& group : groups_) {
    const auto& trials = group->trials();
    if (const auto at = std::find(trials.begin(), trials.end(), trial); at != trials.end())
      group->end(static_cast<std::size_t>(at - trials.begin()));
  }
  std::erase_if(groups_, [](const auto& group) { return group->trials().empty(); });
}

std::vector<FeatureTrials::Epoch> FeatureTrials::epoch() {
  // The longest first, so that the cores end at about the same time.
  std::stable_sort(groups_.begin(), groups_.end(),
                   [](const auto& a, const auto& b) { return a->work() > b->work(); });
  std::vector<std::vector<Epoch>> by_group(groups_.size());
  const auto train = [&](std::int64_t g) {
    by_group[static_cast<std::size_t>(g)] = groups_[static_cast<std::size_t>(g)]->epoch();
  };
  const auto count = static_cast<std::int64_t>(groups_.size());
  if (device_ == Device::cpu)
    parallel_for(count, train);
  else
    for (std::int64_t g = 0; g < count; ++g) train(g);
  std::erase_if(groups_, [](const auto& group) { return group->trials().empty(); });
  std::vector<Epoch> epochs;
  for (auto& some : by_group)
    epochs.insert(epochs.end(), std::make_move_iterator(some.begin()),
                  std::make_move_iterator(some.end()));
  return epochs;
}

std::vector<std::vector<std::int64_t>> FeatureTrials::groups() const {
  std::vector<std::vector<std::int64_t>> all;
  for (const auto& group : groups_) all.push_back(group->trials());
  return all;
}

}  // namespace tutti
