#include "engine/training/state_message.h"

namespace tutti {

std::string to_message(const OptimizerState& state) {
  return Message::of(state.steps, state.slots);
}

OptimizerState optimizer_state(const std::string& message) {
  OptimizerState state;
  Message(message).read(state.steps, state.slots);
  return state;
}

std::string to_message(const TrainCheckpoint::Member& member) {
  const MemberState& s = member.state;
  const auto& best = s.stopping;
  return Message::of(s.epoch, s.steps, s.weights, to_message(s.optimizer), s.trained, s.plateau,
                     best.best, best.bad_epochs, best.result, best.weights,
                     to_message(best.optimizer), s.loss, s.correct, member.left, member.diverged);
}

TrainCheckpoint::Member member_state(const std::string& message) {
  TrainCheckpoint::Member member;
  MemberState& s = member.state;
  auto& best = s.stopping;
  std::string optimizer, best_optimizer;
  Message(message).read(s.epoch, s.steps, s.weights, optimizer, s.trained, s.plateau, best.best,
                        best.bad_epochs, best.result, best.weights, best_optimizer, s.loss,
                        s.correct, member.left, member.diverged);
  s.optimizer = optimizer_state(optimizer);
  best.optimizer = optimizer_state(best_optimizer);
  return member;
}

}  // namespace tutti
