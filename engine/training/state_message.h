#pragma once
#include <string>

#include "engine/distributed/message.h"
#include "engine/training/train_state.h"

namespace tutti {

/// What a process tells another of a member in training.
std::string to_message(const OptimizerState& state);
std::string to_message(const TrainCheckpoint::Member& member);
OptimizerState optimizer_state(const std::string& message);
TrainCheckpoint::Member member_state(const std::string& message);

}  // namespace tutti
