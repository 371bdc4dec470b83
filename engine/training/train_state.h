#pragma once
#include <cstdint>
#include <limits>
#include <string>
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

/// Everything that training holds of a member between epochs, beside its data and its options.
/// Orders, dropout and augmentation follow from the member's stream and these counts.
struct MemberState {
  std::int64_t epoch = 0, steps = 0;  // done
  MemberValues weights;               // as the model holds them
  OptimizerState optimizer;
  MemberValues trained = {};  // as they are trained on, where the model holds their average
  ReduceOnPlateau::State plateau = {};
  EarlyStopping::State stopping = {};
};

/// What a checkpoint stores: each member's.
struct TrainState {
  std::vector<MemberState> members;
};

}  // namespace tutti
