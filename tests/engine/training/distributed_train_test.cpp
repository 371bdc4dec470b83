// Threads play the processes of a world; apps/distributed_test.cpp has real ones.
#include <cmath>

#include "engine/distributed/message.h"
#include "engine/training/train.h"
#include "tests/engine/distributed/thread_world.h"
#include "tests/engine/training/small_training.h"
#include "tests/support/catch.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// What a training came to, to the bit: NaN is not equal to itself, its bytes are.
struct Outcome {
  std::string history, weights, diverged, error;  // everywhere
  std::string optimizer;                          // of the root
  std::vector<std::string> checkpoints;
  bool stopped = false;
};

std::string to_message(const TrainCheckpoint& checkpoint) {
  std::string members;
  for (std::int64_t m = 0; m < checkpoint.members; ++m)
    members += Message::of(checkpoint.member(m));
  return Message::of(checkpoint.history, checkpoint.place, members);
}

struct Job {
  TrainData data = points(5);
  TrainOptions options = quick();
  const TrainCheckpoint* from = nullptr;
  int stop_at = 0;     // a step in the third epoch, at which a process is asked to stop
  int stops = 0;       // its rank
  bool often = false;  // checkpoints after every step
};

Outcome outcome(const Job& job, Checkpoints& checkpoints) {
  Outcome result;
  Model model = network(job.data);
  std::stop_source stop;
  TrainObserver observer = checkpoints.observer;
  if (job.often) observer.checkpoint_due = [] { return true; };
  int step = 0;
  observer.on_step = [&](int epoch, std::int64_t at, std::int64_t) {
    CHECK(at == step++ % 5 + 1);
    if (epoch == 3 && at == job.stop_at) stop.request_stop();
  };
  try {
    const TrainResult trained =
        train(model, job.data, job.options, stop.get_token(), observer, job.from);
    result.history = Message::of(trained.history);
    for (const auto& [member, message] : trained.diverged)
      result.diverged += std::to_string(member) + ": " + message + '\n';
    for (const auto& state : trained.optimizer_state) result.optimizer += Message::of(state);
    result.stopped = trained.stopped;
  } catch (const Diverged& problem) {
    result.error = std::to_string(problem.member) + ": " + problem.what();
  }
  result.weights = Message::of(weights(model));
  for (const auto& checkpoint : checkpoints.all)
    result.checkpoints.push_back(to_message(checkpoint));
  return result;
}

/// On each process; the others have neither checkpoints nor all optimizers' states.
std::vector<Outcome> on_processes(int count, const Job& job) {
  std::vector<Outcome> all(static_cast<std::size_t>(count));
  in_world(count, [&](World& world) {
    Checkpoints checkpoints;
    all[static_cast<std::size_t>(world.rank())] = outcome(job, checkpoints);
  });
  return all;
}

void check_same(const Job& job) {
  Checkpoints checkpoints;
  const Outcome one = outcome(job, checkpoints);
  for (const int count : {2, 3, 7}) {
    const auto all = on_processes(count, job);
    INFO(count << " processes");
    CHECK(all[0].optimizer == one.optimizer);
    CHECK(all[0].checkpoints == one.checkpoints);
    for (const auto& other : all) {
      CHECK(other.stopped == one.stopped);
      CHECK(other.history == one.history);
      CHECK(other.diverged == one.diverged);
      CHECK(other.error == one.error);
      if (one.error.empty()) CHECK(other.weights == one.weights);
    }
  }
}

/// A training in which member 1 diverges.
Job doomed() {
  Job job;
  Model model = network(job.data);
  Training fresh(model, job.data, quick());
  for (std::int64_t m = 0; m < 5; ++m)
    job.options.optimizer_state.push_back(fresh.optimizer_state(m));
  job.options.optimizer_state[1].slots["m"][0][0] = 1e38f;
  job.options.learning_rate = 1e3;
  return job;
}

}  // namespace

TEST_CASE("Processes train their members to the bits of one process") {
  check_same({});
  check_same({.often = true});
}

TEST_CASE("Members that end early are waited for by those of other processes") {
  Job job;
  job.options.epochs = 60;
  job.options.early_stopping = EarlyStopping{.patience = 3};
  check_same(job);
}

TEST_CASE("A member that diverges leaves, or ends all processes") {
  Job job = doomed();
  check_same(job);
  job.options.drop_diverged = true;
  check_same(job);
  job.often = true;
  check_same(job);
}

TEST_CASE("A training that loses every member ends on all processes") {
  Job job;
  job.options.learning_rate = 1e30;
  job.options.drop_diverged = true;
  check_same(job);
}

TEST_CASE("A stopped training goes on with another number of processes") {
  const Job whole, stopped{.stop_at = 2};
  check_same(stopped);
  Checkpoints none;
  const Outcome undisturbed = outcome(whole, none);
  Checkpoints kept;
  std::vector<char> all_stopped(3);
  in_world(3, [&](World& world) {
    Checkpoints others;
    all_stopped[static_cast<std::size_t>(world.rank())] =
        outcome(stopped, world.root() ? kept : others).stopped;
  });
  CHECK(all_stopped == std::vector<char>(3, true));
  REQUIRE(!kept.all.empty());
  CHECK(kept.all.back().place.steps == 2);
  Job rest;
  rest.from = &kept.all.back();
  std::vector<Outcome> all(2);
  in_world(2, [&](World& world) {
    Model model = network(rest.data);
    train(model, rest.data, rest.options, {}, {}, rest.from);
    all[static_cast<std::size_t>(world.rank())].weights = Message::of(weights(model));
  });
  for (const auto& one : all) CHECK(one.weights == undisturbed.weights);
}

TEST_CASE("A batch in shards comes to the same bits on any number of processes") {
  for (const std::int64_t shards : {1, 3, 8}) {
    Job job;
    job.options.shards = shards;
    check_same(job);
  }
  Job job = doomed();
  job.options.shards = 4;
  check_same(job);
  job.options.drop_diverged = true;
  check_same(job);
}

TEST_CASE("A batch in shards trains as a whole one does, to rounding") {
  const TrainData data = points(2);
  const auto trained = [&](std::int64_t shards) {
    Sequential model(Shape{inputs}, Dense({.units = 16, .activation = Activation::relu}),
                     Dense({.units = 2, .activation = Activation::softmax}));
    model.build(streams_for(Purpose::initialization, data.members), Device::cpu);
    TrainOptions options = quick();
    options.shards = shards;
    return train(model, data, options).history;
  };
  const History whole = trained(0), sharded = trained(3);
  for (std::size_t epoch = 0; epoch < whole.size(); ++epoch)
    for (std::size_t m = 0; m < 2; ++m) {
      CHECK(sharded[epoch][m].loss == Approx(whole[epoch][m].loss).epsilon(1e-4));
      CHECK(sharded[epoch][m].accuracy == whole[epoch][m].accuracy);
      CHECK(sharded[epoch][m].val_loss == Approx(whole[epoch][m].val_loss).epsilon(1e-4));
    }
}
