#include "engine/training/train.h"

#include <cmath>

#include "tests/engine/training/small_training.h"
#include "tests/support/catch.h"

using namespace tutti;
using namespace tutti::test;

TEST_CASE("Training returns its history and the state of its optimizer") {
  const TrainData data = points(2);
  Model model = network(data);
  const TrainResult result = train(model, data, quick());
  REQUIRE(result.history.size() == 4);
  CHECK(result.history[3][0].loss < result.history[0][0].loss);
  REQUIRE(result.optimizer_state.size() == 2);
  CHECK(result.optimizer_state[1].steps == 20);
  CHECK(result.optimizer_state[1].slots.at("m").size() == 4);
  CHECK(result.diverged.empty());
  CHECK_FALSE(result.stopped);
}

TEST_CASE("An observer sees every step and epoch, and a token stops between two steps") {
  const TrainData data = points(1);
  Model model = network(data);
  std::stop_source stop;
  int steps = 0, epochs = 0;
  const auto result =
      train(model, data, quick(), stop.get_token(),
            {.on_step =
                 [&](int epoch, std::int64_t step, std::int64_t of) {
                   CHECK(step == steps++ % 5 + 1);
                   CHECK(of == 5);
                   if (epoch == 3 && step == 2) stop.request_stop();
                 },
             .on_epoch = [&](int epoch, const auto&) { CHECK(epoch == ++epochs); }});
  CHECK(steps == 12);
  CHECK(epochs == 2);
  CHECK(result.stopped);
  CHECK(result.history.size() == 2);
  CHECK(result.optimizer_state[0].steps == 12);
}

TEST_CASE("Training goes on from any checkpoint to the same bits") {
  TrainOptions options = quick();
  options.epochs = 9;
  options.batch_size = 7;  // a smaller one is left over
  options.weight_average = 0.9;
  options.reduce_on_plateau = ReduceOnPlateau{.factor = 0.5, .patience = 0};
  options.early_stopping = EarlyStopping{.patience = 2, .least_change = 0.002};
  const TrainData data = points(3);
  Model straight = network(data);
  Checkpoints known;
  known.observer.checkpoint_due = [] { return true; };
  const auto all = train(straight, data, options, {}, known.observer);
  REQUIRE(known.all.size() == 9 * 5);  // after each of four steps, and after the epoch
  std::size_t some_left = 0;
  for (const auto& checkpoint : known.all) {
    for (std::int64_t m = 0; m < 3; ++m) some_left += checkpoint.member(m).left.has_value();
    Model model = network(data);
    const auto result = train(model, data, options, {}, {}, &checkpoint);
    INFO("from step " << checkpoint.place.steps << " after epoch " << checkpoint.history.size());
    CHECK(same(result.history, all.history));
    CHECK(weights(model) == weights(straight));
    for (std::size_t m = 0; m < 3; ++m)
      CHECK(result.optimizer_state[m].slots == all.optimizer_state[m].slots);
  }
  CHECK(some_left > 0);  // a member that stopped early is part of some of them
}

TEST_CASE(
    "Training goes on from a checkpoint in an epoch of a GPU, and from where it was stopped") {
  TrainOptions options = quick();
  options.batch_size = 7;
  const TrainData data = points(2);
  Model straight = network(data, Device::simt), stopped = network(data, Device::simt);
  train(straight, data, options);
  Checkpoints known;
  std::stop_source stop;
  int steps = 0;
  known.observer.on_step = [&](int, std::int64_t, std::int64_t) {
    if (++steps == 11) stop.request_stop();
  };
  known.observer.checkpoint_due = [&] { return steps == 6; };
  train(stopped, data, options, stop.get_token(), known.observer);
  REQUIRE(known.all.size() == 4);  // after six, eight and eleven steps, and after an epoch
  CHECK(known.all[1].place.steps == 2);
  CHECK(known.all[3].place.steps == 3);
  for (const auto& checkpoint : known.all) {
    Model model = network(data, Device::simt);
    train(model, data, options, {}, {}, &checkpoint);
    CHECK(weights(model) == weights(straight));
  }
}

TEST_CASE("A stopped training tells of a checkpoint where it stopped") {
  const TrainData data = points(2);
  Model model = network(data);
  Checkpoints known;
  std::stop_source stop;
  known.observer.on_step = [&](int epoch, std::int64_t step, std::int64_t) {
    if (epoch == 2 && step == 3) stop.request_stop();
  };
  train(model, data, quick(), stop.get_token(), known.observer);
  REQUIRE(known.all.size() == 2);
  CHECK(known.all[1].place.steps == 3);
  stop = {};
  stop.request_stop();
  train(model, data, quick(), stop.get_token(), known.observer);
  CHECK(known.all[2].place.steps == 0);
  CHECK(known.all[2].member(0).state.epoch == 0);
}

TEST_CASE("A checkpoint keeps what diverged") {
  const TrainData data = points(2);
  Model model = network(data);
  const auto values = member_values(model.parameters(), 0);
  const TrainCheckpoint checkpoint{
      .members = 2, .member = [&](std::int64_t m) {
        TrainCheckpoint::Member left{{}, EpochResult{}, m == 1 ? "it diverged" : ""};
        left.state.weights = values;
        return left;
      }};
  const auto result = train(model, data, quick(), {}, {}, &checkpoint);
  REQUIRE(result.diverged.size() == 1);
  CHECK(result.diverged[0].member == 1);
  CHECK(result.diverged[0].message == "it diverged");
  CHECK(weights(model)[1] == weights(model)[0]);
}

TEST_CASE("A state of other members or of another model is refused") {
  const TrainData data = points(2);
  Model model = network(data);
  Training training(model, data, quick());
  MemberState state = training.state(0);
  state.weights[1].pop_back();
  CHECK_THROWS_WITH(training.set_state(0, state), Contains("15 values") && Contains("bias"));
  state = training.state(1);
  state.optimizer.slots.erase("v");
  CHECK_THROWS_WITH(training.set_state(1, state), Contains("1 kinds"));
  CHECK_THROWS_WITH(training.set_place({1000, 1}), Contains("step 1000 of an epoch of"));
  const TrainCheckpoint one{.members = 1};
  CHECK_THROWS_WITH(train(model, data, quick(), {}, {}, &one), Contains("of 1 members, not 2"));
}

TEST_CASE("Early stopping keeps each member's best weights, alone and beside others") {
  TrainOptions options = quick();
  options.epochs = 60;
  options.early_stopping = EarlyStopping{.patience = 3};
  const TrainData both = points(2), alone = points(1, 1);
  Model two = network(both), one = network(alone);
  const auto result = train(two, both, options), single = train(one, alone, options);
  REQUIRE(result.history.size() < 60);
  REQUIRE(single.history.size() <= result.history.size());
  for (std::size_t epoch = 0; epoch < single.history.size(); ++epoch)
    CHECK(same(result.history[epoch][1], single.history[epoch][0]));
  CHECK(weights(two)[1] == weights(one)[0]);
  CHECK(result.optimizer_state[1].slots == single.optimizer_state[0].slots);

  // The best epoch is the fourth from the end; it is what the weights now come to.
  const auto best = single.history.size() - 4;
  for (std::size_t epoch = 0; epoch < single.history.size(); ++epoch)
    CHECK(single.history[epoch][0].val_loss >= single.history[best][0].val_loss);
  CHECK(single.optimizer_state[0].steps == static_cast<std::int64_t>(5 * (best + 1)));
  for (std::size_t epoch = single.history.size(); epoch < result.history.size(); ++epoch)
    CHECK(same(result.history[epoch][1], single.history[best][0]));

  Model again = network(alone);
  options.epochs = static_cast<int>(best + 1);
  options.early_stopping.reset();
  train(again, alone, options);
  CHECK(weights(again)[0] == weights(one)[0]);
}

TEST_CASE("The best weights are kept even if training ends before the patience does") {
  TrainOptions options = quick();
  options.epochs = 60;
  options.early_stopping = EarlyStopping{.patience = 59};
  const TrainData data = points(1);
  Model model = network(data);
  const auto result = train(model, data, options);
  REQUIRE(result.history.size() == 60);
  CHECK(result.optimizer_state[0].steps < 300);
}

TEST_CASE("A member that diverges is an error, or leaves the others alone") {
  for (const Device device : {Device::cpu, Device::simt}) {
    INFO(name(device));
    const TrainData data = points(3);
    TrainOptions options = quick();
    options.optimizer_state.assign(3, {});
    Model model = network(data, device);
    {
      Training fresh(model, data, quick());
      for (std::size_t m = 0; m < 3; ++m)
        options.optimizer_state[m] = fresh.optimizer_state(static_cast<std::int64_t>(m));
    }
    options.optimizer_state[1].slots["m"][0][0] = 1e38f;  // its first step goes to infinity
    options.learning_rate = 1e3;
    Model doomed = network(data, device);
    CHECK_THROWS_WITH(train(doomed, data, options), Contains("of member 1") &&
                                                        Contains("epoch 1, step 2") &&
                                                        Contains("learning rate 1000"));

    options.drop_diverged = true;
    const auto result = train(model, data, options);
    REQUIRE(result.diverged.size() == 1);
    CHECK(result.diverged[0].member == 1);
    CHECK_THAT(result.diverged[0].message, Contains("training diverged"));
    REQUIRE(result.history.size() == 4);
    CHECK(std::isnan(result.history[3][1].loss));
    REQUIRE(model.members() == 3);

    options.optimizer_state.resize(1);
    const TrainData alone = points(1);
    Model first = network(alone, device);
    const auto single = train(first, alone, options);
    CHECK(same(single.history[3][0], result.history[3][0]));
    CHECK(weights(first)[0] == weights(model)[0]);
  }
}

TEST_CASE("Training that loses every member ends") {
  TrainOptions options = quick();
  options.learning_rate = 1e30;
  options.drop_diverged = true;
  const TrainData data = points(2);
  Model model = network(data);
  const auto result = train(model, data, options);
  CHECK(result.diverged.size() == 2);
  CHECK(result.history.size() <= 1);
  CHECK(model.members() == 2);
}

TEST_CASE("Data that is streamed trains to the same bits") {
  const TrainData data = points(2);
  for (const Device device : {Device::cpu, Device::simt}) {
    TrainOptions options = quick();
    Model resident = network(data, device), streamed = network(data, device),
          augmented = network(data, device);
    const auto expected = train(resident, data, options);
    options.stream = true;
    const auto result = train(streamed, data, options);
    CHECK(weights(streamed) == weights(resident));
    CHECK(same(result.history[3][1], expected.history[3][1]));
    options.stream = false;
    int calls = 0;
    options.augment = [&](MemberBatch& batch, std::vector<RandomStream>& members) {
      ++calls;
      CHECK(members.size() == 2);
      CHECK(batch.x.dim(0) == 2);
    };
    train(augmented, data, options);
    CHECK(weights(augmented) == weights(resident));
    CHECK(calls == 20);
  }
}

TEST_CASE("Left-over examples may be dropped") {
  TrainOptions options = quick();
  options.drop_last = true;
  const TrainData data = points(1);
  Model model = network(data);
  CHECK(train(model, data, options).optimizer_state[0].steps == 16);
}

TEST_CASE("A rate that follows a schedule counts the member's own steps") {
  TrainOptions options = quick();
  std::vector<std::int64_t> asked;
  options.learning_rate = [&](std::int64_t step) {
    asked.push_back(step);
    return 0.01;
  };
  options.epochs = 1;
  const TrainData data = points(1);
  Model model = network(data);
  train(model, data, options);
  CHECK(asked == std::vector<std::int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("Training refuses options that are out of range") {
  TrainData data = points(1);
  Model model = network(data);
  const auto refused = [&](auto change, const std::string& message) {
    TrainOptions options = quick();
    change(options);
    CHECK_THROWS_WITH(train(model, data, options), Contains(message));
  };
  refused([](auto& o) { o.batch_size = 0; }, "a batch of 0");
  refused([](auto& o) { o.early_stopping = EarlyStopping{.patience = 0}; }, "patience of 0");
  refused([](auto& o) { o.early_stopping = EarlyStopping{.least_change = -1}; }, "least change");
  refused([](auto& o) { o.reduce_on_plateau = ReduceOnPlateau{.factor = 1.5}; }, "factor of 1.5");
  refused([](auto& o) { o.learning_rate = [](std::int64_t) { return -1.0; }; }, "rate of -1");
  data.validation.rows.clear();
  refused([](auto& o) { o.early_stopping = EarlyStopping{}; }, "nothing to validate on");
  refused([](auto& o) { o.reduce_on_plateau = ReduceOnPlateau{}; }, "nothing to validate on");
  CHECK_THROWS_WITH((TrainOptions{.learning_rate = -1}), Contains("rate of -1"));
}
