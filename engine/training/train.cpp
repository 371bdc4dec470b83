#include "engine/training/train.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

namespace tutti {
namespace {

/// A training whose members leave when they end before the others.
class TrainRun {
 public:
  TrainRun(Model& model, const TrainData& data, const TrainOptions& options, std::stop_token stop)
      : model_(model),
        options_(options),
        training_(model, data, options, std::move(stop)),
        present_(data.members.size()) {
    std::iota(present_.begin(), present_.end(), 0);
  }

  void go_on(const TrainCheckpoint& from) {
    if (from.members != static_cast<std::int64_t>(present_.size()))
      throw Error("training: the checkpoint is of ", from.members, " members, not ",
                  present_.size());
    result_.history = from.history;
    std::vector<std::int64_t> present;
    for (const auto member : present_) {
      auto [state, left, diverged] = from.member(member);
      if (!diverged.empty()) result_.diverged.push_back({member, std::move(diverged)});
      if (left) {
        left_[member] = {*left, std::move(state.weights), std::move(state.optimizer)};
      } else {
        training_.set_state(member, state);
        present.push_back(member);
      }
    }
    present_ = std::move(present);
    if (!left_.empty() && !present_.empty()) training_.select_members(present_);
    training_.set_place(from.place);
  }

  TrainResult run(const TrainObserver& observer) {
    const auto all = present_.size() + left_.size();
    TrainObserver each = observer;
    if (observer.checkpoint_due)
      each.on_step = [&](int epoch, std::int64_t step, std::int64_t steps) {
        if (observer.on_step) observer.on_step(epoch, step, steps);
        if (observer.checkpoint_due()) tell_checkpoint(observer);
      };
    while (static_cast<int>(result_.history.size()) < options_.epochs && !present_.empty()) try {
        const auto results = training_.epoch(each);
        if (!results) {
          result_.stopped = true;
          tell_checkpoint(observer);
          break;
        }
        record(*results, all);
        if (observer.on_epoch)
          observer.on_epoch(static_cast<int>(result_.history.size()), result_.history.back());
        end_finished(*results);
        tell_checkpoint(observer);
      } catch (const Diverged& problem) {
        if (!options_.drop_diverged) throw;
        const auto place = static_cast<std::size_t>(problem.member);
        result_.diverged.push_back({present_[place], problem.what()});
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        leave(place, {none, none, none, none});
      }
    finish(all);
    return std::move(result_);
  }

 private:
  struct Left {
    EpochResult result;  // what its place in the history holds from then on
    MemberValues weights;
    OptimizerState optimizer;
  };

  void record(const std::vector<EpochResult>& results, std::size_t all) {
    auto& row = result_.history.emplace_back(all);
    for (const auto& [member, left] : left_) row[static_cast<std::size_t>(member)] = left.result;
    for (std::size_t place = 0; place < present_.size(); ++place)
      row[static_cast<std::size_t>(present_[place])] = results[place];
  }

  void end_finished(const std::vector<EpochResult>& results) {
    for (std::size_t place = results.size(); place-- > 0;)
      if (const auto at = static_cast<std::int64_t>(place); training_.finished(at)) {
        training_.restore_best(at);
        leave(place, training_.best(at));
      }
  }

  void leave(std::size_t place, const EpochResult& result) {
    const auto at = static_cast<std::int64_t>(place);
    left_[present_[place]] = {result, member_values(model_.parameters(), at),
                              training_.optimizer_state(at)};
    present_.erase(present_.begin() + at);
    std::vector<std::int64_t> places;
    for (std::int64_t p = 0; p <= static_cast<std::int64_t>(present_.size()); ++p)
      if (p != at) places.push_back(p);
    if (!places.empty()) training_.select_members(places);
  }

  void tell_checkpoint(const TrainObserver& observer) {
    if (!observer.on_checkpoint) return;
    observer.on_checkpoint({.history = result_.history,
                            .place = training_.place(),
                            .members = static_cast<std::int64_t>(present_.size() + left_.size()),
                            .member = [this](std::int64_t member) { return state(member); }});
  }

  TrainCheckpoint::Member state(std::int64_t member) {
    const auto left = left_.find(member);
    if (left == left_.end()) {
      const auto place = std::find(present_.begin(), present_.end(), member) - present_.begin();
      return {training_.state(place)};
    }
    TrainCheckpoint::Member known{
        {.weights = left->second.weights, .optimizer = left->second.optimizer},
        left->second.result};
    for (const auto& diverged : result_.diverged)
      if (diverged.member == member) known.diverged = diverged.message;
    return known;
  }

  /// Brings all members back into the model, in their order.
  void finish(std::size_t all) {
    const bool some_left = !left_.empty();
    for (std::size_t place = present_.size(); place-- > 0;) {
      const auto at = static_cast<std::int64_t>(place);
      if (options_.early_stopping) training_.restore_best(at);
      left_[present_[place]] = {{},
                                some_left ? member_values(model_.parameters(), at) : MemberValues(),
                                training_.optimizer_state(at)};
    }
    if (some_left) model_.select_members(std::vector<std::int64_t>(all, 0));
    for (auto& [member, left] : left_) {
      if (some_left) set_member_values(model_.parameters(), member, left.weights);
      result_.optimizer_state.push_back(std::move(left.optimizer));
    }
  }

  Model& model_;
  const TrainOptions& options_;
  Training training_;
  std::vector<std::int64_t> present_;  // the members at the places of training_
  std::map<std::int64_t, Left> left_;  // by member
  TrainResult result_;
};

}  // namespace

TrainResult train(Model& model, const TrainData& data, const TrainOptions& options,
                  std::stop_token stop, const TrainObserver& observer,
                  const TrainCheckpoint* from) {
  TrainRun run(model, data, options, std::move(stop));
  if (from) run.go_on(*from);
  return run.run(observer);
}

}  // namespace tutti
