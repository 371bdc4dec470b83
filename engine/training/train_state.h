#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/optimizers/optimizer.h"
#include "engine/optimizers/schedules.h"
#include "engine/training/history.h"

namespace tutti {

/// Values of a member's parameters, in the model's order.
using MemberValues = std::vector<std::vector<float>>;
MemberValues member_values(const std::vector<Parameter>& parameters, std::int64_t member);
/// An Error if they are not of these parameters.
void set_member_values(const std::vector<Parameter>& parameters, std::int64_t member,
                       const MemberValues& values);

/// Ends a member's training when its validation loss has not fallen for `patience` epochs; the
/// weights of its best epoch are kept.
struct EarlyStopping {
  /// What is known of a member so far.
  struct State {
    double best = std::numeric_limits<double>::infinity();
    std::int64_t bad_epochs = 0;
    EpochResult result{};       // of the best epoch
    MemberValues weights = {};  // after it
    OptimizerState optimizer = {};
  };

  std::int64_t patience = 5;
  double least_change = 0;  // a loss below best - least_change is a better one
};

/// Everything that training holds of a member, beside its data and its options, also in the middle
/// of an epoch. Orders, dropout and augmentation follow from the member's stream and these counts.
struct MemberState {
  std::int64_t epoch = 0, steps = 0;  // done
  MemberValues weights;               // as the model holds them between epochs
  OptimizerState optimizer;
  MemberValues trained = {};  // as they are trained on, where the model holds their average
  ReduceOnPlateau::State plateau = {};
  EarlyStopping::State stopping = {};
  double loss = 0;  // sums over the examples of the epoch so far
  std::int64_t correct = 0;
};

inline auto message_parts(EarlyStopping::State& s) {
  return std::tie(s.best, s.bad_epochs, s.result, s.weights, s.optimizer);
}
inline auto message_parts(MemberState& s) {
  return std::tie(s.epoch, s.steps, s.weights, s.optimizer, s.trained, s.plateau, s.stopping,
                  s.loss, s.correct);
}

/// How far all members are in their epoch: nowhere between epochs.
struct PlaceInEpoch {
  std::int64_t steps = 0, examples = 0;
};

/// What train() goes on from. Members are got one by one, since all at once may be large.
struct TrainCheckpoint {
  struct Member {
    MemberState state;
    /// A member that has left, by early stopping or because it diverged: what its place in the
    /// history holds from then on. Of its state, only the weights and the optimizer matter.
    std::optional<EpochResult> left = {};
    std::string diverged = {};  // the message
  };
  History history = {};  // of the finished epochs
  PlaceInEpoch place = {};
  std::int64_t members = 0;
  std::function<Member(std::int64_t member)> member = {};
};
inline auto message_parts(TrainCheckpoint::Member& m) {
  return std::tie(m.state, m.left, m.diverged);
}

}  // namespace tutti
