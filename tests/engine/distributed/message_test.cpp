#include "engine/distributed/message.h"

#include <limits>
#include <optional>

#include "engine/training/train_state.h"
#include "tests/support/catch.h"

using namespace tutti;

TEST_CASE("what a message holds is read back in its order") {
  TrainCheckpoint::Member member;
  auto& state = member.state;
  state.epoch = 3;
  state.steps = 7;
  state.weights = {{1, 2}, {}, {std::numeric_limits<float>::infinity()}};
  state.optimizer.steps = 5;
  state.optimizer.slots["m"] = {{1}};
  state.optimizer.slots["v"] = {{2}, {3, 4}};
  state.trained = {{9}};
  state.plateau = {0.5, 0.25, 2};
  state.stopping.result = {3, 4, 5, 6};
  state.stopping.weights = {{7}};
  state.loss = 0.125;
  state.correct = 11;
  member.left = EpochResult{1, 2, 3, 4};
  member.diverged = "it did";
  const std::string bytes = Message::of(member, 2.5, std::string("end"));
  Message message(bytes);
  const auto copy = message.get<TrainCheckpoint::Member>();
  CHECK(message.get<double>() == 2.5);
  CHECK(message.get<std::string>() == "end");
  CHECK(Message::of(copy) == Message::of(member));
  CHECK(copy.state.optimizer.slots == member.state.optimizer.slots);
  CHECK(copy.state.stopping.weights == member.state.stopping.weights);
  CHECK(copy.left->val_accuracy == 4);
  CHECK_THROWS_AS(message.get<char>(), Error);
  CHECK_THROWS_AS(Message(bytes.substr(0, bytes.size() / 2)).get<TrainCheckpoint::Member>(), Error);
}
