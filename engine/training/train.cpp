#include "engine/training/train.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "engine/distributed/message.h"
#include "engine/distributed/world.h"

namespace tutti {
namespace {

/// What a process tells the others after every step.
constexpr std::uint32_t to_stop = 1, to_checkpoint = 2, to_fail = 4;

/// Another process has failed.
struct FailedElsewhere {};

/// The part of what comes for all members that is for some.
template <class Values>
Values shared_out(const Values& all, const Share& share) {
  if (all.empty()) return all;
  return {all.begin() + share.first, all.begin() + share.end()};
}

TrainData shared_out(TrainData data, const Share& share) {
  data.first_member += share.first;
  data.members = shared_out(data.members, share);
  data.training.rows = shared_out(data.training.rows, share);
  data.validation.rows = shared_out(data.validation.rows, share);
  return data;
}

TrainOptions shared_out(TrainOptions options, const Share& share) {
  options.optimizer_state = shared_out(options.optimizer_state, share);
  return options;
}

/// A training whose members leave when they end before the others. The members are dealt out to the
/// processes of the world, which take their steps together and tell the root of their members; if
/// batches are dealt out instead, every process has all members.
class TrainRun {
 public:
  TrainRun(Model& model, const TrainData& data, const TrainOptions& options, std::stop_token stop)
      : model_(model),
        options_(options),
        stop_(std::move(stop)),
        all_(static_cast<std::int64_t>(data.members.size())),
        team_(options.shards ? this_process() : world_),
        share_(share_of(all_, team_.rank(), team_.size())),
        steps_(steps_in_epoch(data.training.size(), options.batch_size, options.drop_last)),
        present_(static_cast<std::size_t>(share_.count)) {
    std::iota(present_.begin(), present_.end(), share_.first);
    if (share_.count == all_) {
      training_.emplace(model, data, options, stopping_.get_token());
    } else if (share_.count > 0) {
      model_.select_members(present_);
      training_.emplace(model, shared_out(data, share_), shared_out(options, share_),
                        stopping_.get_token());
    }
  }

  void go_on(const TrainCheckpoint& from) {
    if (from.members != all_)
      throw Error("training: the checkpoint is of ", from.members, " members, not ", all_);
    result_.history = from.history;
    std::vector<std::int64_t> present, places;
    for (const auto member : present_) {
      auto [state, left, diverged] = from.member(member);
      if (!diverged.empty()) result_.diverged.push_back({member, std::move(diverged)});
      if (left) {
        left_[member] = {*left, std::move(state.weights), std::move(state.optimizer)};
      } else {
        places.push_back(member - share_.first);
        training_->set_state(places.back(), state);
        present.push_back(member);
      }
    }
    present_ = std::move(present);
    if (!left_.empty() && !present_.empty()) training_->select_members(places);
    if (!present_.empty()) training_->set_place(from.place);
    step_ = from.place.steps;
  }

  TrainResult run(const TrainObserver& observer) try {
    observer_ = world_.root() ? observer : TrainObserver{};
    while (static_cast<int>(result_.history.size()) < options_.epochs &&
           world_.any(present_.empty() ? 0 : 1)) {
      const auto results = epoch();
      if (!results) {
        result_.stopped = true;
        tell_checkpoint();
        break;
      }
      record(*results);
      if (observer_.on_epoch)
        observer_.on_epoch(static_cast<int>(result_.history.size()), result_.history.back());
      end_finished(*results);
      tell_checkpoint();
    }
    finish();
    return std::move(result_);
  } catch (const Diverged& problem) {
    world_.any(to_fail);
    fail_together(Message::of(present_.at(static_cast<std::size_t>(problem.member)),
                              std::string(problem.what())));
  } catch (const FailedElsewhere&) {
    fail_together("");
  }

 private:
  struct Left {
    EpochResult result;  // what its place in the history holds from then on
    MemberValues weights;
    OptimizerState optimizer;
  };

  /// Trains the members here for an epoch, or what is left of it; nothing if it was stopped.
  std::optional<std::vector<EpochResult>> epoch() {
    agree();  // a stop since the last one
    for (;;) try {
        const auto results = present_.empty() ? idle() : training_->epoch(stepwise());
        if (results) agree();  // that no validation loss has diverged
        step_ = 0;
        return results;
      } catch (const Diverged& problem) {
        if (!options_.drop_diverged) throw;
        const auto place = static_cast<std::size_t>(problem.member);
        result_.diverged.push_back({present_[place], problem.what()});
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        leave(place, {none, none, none, none});
      }
  }

  TrainObserver stepwise() {
    return {.on_step = [this](int, std::int64_t step, std::int64_t) { end_step(step); }};
  }

  /// Keeps step with processes that have members left.
  std::optional<std::vector<EpochResult>> idle() {
    while (step_ < steps_ && !stopping_.stop_requested()) end_step(step_ + 1);
    if (step_ < steps_) return std::nullopt;
    return std::vector<EpochResult>{};
  }

  void end_step(std::int64_t step) {
    step_ = step;
    if (observer_.on_step)
      observer_.on_step(static_cast<int>(result_.history.size()) + 1, step_, steps_);
    agree(observer_.checkpoint_due && observer_.checkpoint_due() ? to_checkpoint : 0);
  }

  /// Does what any of the processes wants.
  void agree(std::uint32_t wanted = 0) {
    const auto signals = world_.any(wanted | (stop_.stop_requested() ? to_stop : 0));
    if (signals & to_fail) throw FailedElsewhere();
    if (signals & to_stop) stopping_.request_stop();
    if (signals & to_checkpoint) tell_checkpoint();
  }

  /// Throws on every process what the first of them has to say.
  [[noreturn]] void fail_together(const std::string& problem) {
    for (const auto& said : world_.all_gather(problem)) {
      if (said.empty()) continue;
      Message message(said);
      const auto member = message.get<std::int64_t>();
      throw Diverged(member, message.get<std::string>());
    }
    throw Error("training failed in another process");
  }

  void record(const std::vector<EpochResult>& results) {
    std::vector<EpochResult> here(static_cast<std::size_t>(share_.count));
    const auto at = [&](std::int64_t member) -> EpochResult& {
      return here[static_cast<std::size_t>(member - share_.first)];
    };
    for (const auto& [member, left] : left_) at(member) = left.result;
    for (std::size_t place = 0; place < present_.size(); ++place)
      at(present_[place]) = results[place];
    auto& row = result_.history.emplace_back();
    for (const auto& part : team_.all_gather(Message::of(here))) {
      const auto there = Message(part).get<std::vector<EpochResult>>();
      row.insert(row.end(), there.begin(), there.end());
    }
  }

  void end_finished(const std::vector<EpochResult>& results) {
    for (std::size_t place = results.size(); place-- > 0;)
      if (const auto at = static_cast<std::int64_t>(place); training_->finished(at)) {
        training_->restore_best(at);
        leave(place, training_->best(at));
      }
  }

  void leave(std::size_t place, const EpochResult& result) {
    const auto at = static_cast<std::int64_t>(place);
    left_[present_[place]] = {result, member_values(model_.parameters(), at),
                              training_->optimizer_state(at)};
    present_.erase(present_.begin() + at);
    std::vector<std::int64_t> places;
    for (std::int64_t p = 0; p <= static_cast<std::int64_t>(present_.size()); ++p)
      if (p != at) places.push_back(p);
    if (!places.empty()) training_->select_members(places);
  }

  /// Of all processes: the root asks the others for their members.
  void tell_checkpoint() {
    PlaceInEpoch place;
    const PlaceInEpoch here = present_.empty() ? PlaceInEpoch{} : training_->place();
    for (const auto& said : team_.all_gather(Message::of(here)))
      if (const auto there = Message(said).get<PlaceInEpoch>(); there.steps > 0) place = there;
    if (!team_.root()) return answer_root();
    if (observer_.on_checkpoint)
      observer_.on_checkpoint({.history = result_.history,
                               .place = place,
                               .members = all_,
                               .member = [this](std::int64_t member) { return state(member); }});
    for (int rank = 1; rank < team_.size(); ++rank) team_.send(rank, Message::of(no_member));
  }

  void answer_root() {
    for (std::int64_t member; (member = Message(team_.receive(0)).get<std::int64_t>()) >= 0;)
      team_.send(0, Message::of(state(member)));
  }

  TrainCheckpoint::Member state(std::int64_t member) {
    if (!share_.has(member)) {
      team_.send(owner(member), Message::of(member));
      return Message(team_.receive(owner(member))).get<TrainCheckpoint::Member>();
    }
    const auto left = left_.find(member);
    if (left == left_.end()) {
      const auto place = std::find(present_.begin(), present_.end(), member) - present_.begin();
      return {training_->state(place)};
    }
    TrainCheckpoint::Member known{
        {.weights = left->second.weights, .optimizer = left->second.optimizer},
        left->second.result};
    for (const auto& diverged : result_.diverged)
      if (diverged.member == member) known.diverged = diverged.message;
    return known;
  }

  int owner(std::int64_t member) const {
    int rank = 0;
    while (!share_of(all_, rank, team_.size()).has(member)) ++rank;
    return rank;
  }

  /// Brings all members back into the model, in their order, on every process.
  void finish() {
    const bool elsewhere = !team_.alone(), some_left = !left_.empty() || elsewhere;
    for (std::size_t place = present_.size(); place-- > 0;) {
      const auto at = static_cast<std::int64_t>(place);
      if (options_.early_stopping) training_->restore_best(at);
      left_[present_[place]] = {{},
                                some_left ? member_values(model_.parameters(), at) : MemberValues(),
                                training_->optimizer_state(at)};
    }
    if (some_left)
      model_.select_members(std::vector<std::int64_t>(static_cast<std::size_t>(all_), 0));
    for (std::int64_t member = 0; member < all_; ++member) {
      Left& left = left_[member];
      if (elsewhere) bring(member, left);
      if (some_left) set_member_values(model_.parameters(), member, left.weights);
      result_.optimizer_state.push_back(std::move(left.optimizer));
      left.weights.clear();
    }
    gather_diverged();
  }

  /// The weights to all, the optimizer's state to the root.
  void bring(std::int64_t member, Left& left) {
    const int from = owner(member);
    left.weights = Message(team_.broadcast(Message::of(left.weights), from)).get<MemberValues>();
    if (from == 0) return;
    if (team_.rank() == from) team_.send(0, Message::of(left.optimizer));
    if (team_.root()) Message(team_.receive(from)).read(left.optimizer);
  }

  void gather_diverged() {
    std::vector<std::int64_t> members;
    std::vector<std::string> messages;
    for (const auto& [member, message] : result_.diverged) {
      members.push_back(member);
      messages.push_back(message);
    }
    result_.diverged.clear();
    for (const auto& said : team_.all_gather(Message::of(members, messages))) {
      Message(said).read(members, messages);
      for (std::size_t i = 0; i < members.size(); ++i)
        result_.diverged.push_back({members[i], messages[i]});
    }
    std::sort(result_.diverged.begin(), result_.diverged.end(),
              [](const auto& a, const auto& b) { return a.member < b.member; });
  }

  static constexpr std::int64_t no_member = -1;

  World& world_ = world();
  Model& model_;
  const TrainOptions& options_;
  std::stop_token stop_;
  std::stop_source stopping_;          // of all processes, once any is to stop
  std::int64_t all_;                   // members
  World& team_;                        // to which they are dealt out
  Share share_;                        // of them, those that are trained here
  std::int64_t steps_;                 // in an epoch
  std::optional<Training> training_;   // none, if no member is for this process
  std::vector<std::int64_t> present_;  // the members at the places of training_
  std::map<std::int64_t, Left> left_;  // by member
  std::int64_t step_ = 0;              // of this epoch, done
  TrainObserver observer_;             // of the root
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
