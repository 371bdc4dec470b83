#include "engine/training/trainer.h"

#include <limits>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/flatten.h"
#include "engine/layers/noise/dropout.h"
#include "engine/layers/normalization/batch_normalization.h"
#include "engine/layers/pooling2d.h"
#include "engine/layers/rescaling.h"
#include "engine/members.h"
#include "engine/training/train_state.h"
#include "tests/support/catch.h"
#include "tests/support/devices.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr std::int64_t pictures = 12;

/// Layers of every kind that keeps something from step to step, or draws anew.
Model small_model() {
  return Sequential(
      Shape{10, 6, 1}, Rescaling(1.0 / 255),
      Conv2D({.filters = 3, .kernel_height = 3, .kernel_width = 6, .activation = Activation::relu}),
      MaxPooling2D(pairs_of_rows), BatchNormalization(), Dropout(0.5), Flatten(),
      Dense({.units = 5, .activation = Activation::relu}), Dropout(0.3),
      Dense({.units = 3, .activation = Activation::softmax, .l2 = 1e-2}));
}

Tensor pixels() {
  std::vector<std::uint8_t> values;
  for (std::uint32_t i = 0; i < pictures * 60; ++i)
    values.push_back(static_cast<std::uint8_t>(hash(i, 3) >> 24));
  return Tensor::from({pictures, 10, 6, 1}, values);
}

std::vector<std::int32_t> labels() { return {0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 0, 2}; }

/// A built model and its trainer.
struct Trained {
  Model model = small_model();
  std::vector<RandomStream> streams;
  Trainer trainer;
  std::vector<float> losses = {};

  Trained(Device device, std::int64_t members, std::int64_t first = 0)
      : streams(member_streams(4, members, first)),
        trainer(built(device), streams, pixels().to(device), labels()) {}

  Model& built(Device device) {
    model.build(streams_for(Purpose::initialization, streams), device);
    return model;
  }
  /// Steps on batches of these sizes.
  void train(const std::vector<std::int64_t>& batches) {
    for (const auto batch : batches) {
      const auto result = trainer.step(next_rows(model.members() * batch), 1e-2);
      losses.insert(losses.end(), result.loss.begin(), result.loss.end());
    }
  }
  void go_on(Trained& other) {
    for (std::int64_t m = 0; m < model.members(); ++m) {
      set_member_values(model.parameters(), m, member_values(other.model.parameters(), m));
      trainer.set_optimizer_state(m, other.trainer.optimizer_state(m));
      trainer.set_steps(m, other.trainer.steps(m));
    }
    losses = other.losses;
    drawn_ = other.drawn_;
  }
  std::vector<std::int32_t> next_rows(std::int64_t count) {
    std::vector<std::int32_t> rows;
    for (std::int64_t i = 0; i < count; ++i)
      rows.push_back(static_cast<std::int32_t>((5 * ++drawn_) % pictures));
    return rows;
  }
  std::vector<std::vector<float>> weights() const {
    std::vector<std::vector<float>> all;
    for (const auto& parameter : model.parameters())
      all.push_back(parameter.variable.value().to_vector<float>());
    return all;
  }

 private:
  std::int64_t drawn_ = 0;
};

}  // namespace

TEST_CASE("A recorded step has the bits of the same step done directly") {
  for (const Device device : gpu_devices()) {
    INFO(name(device));
    Trained recorded(device, 2);
    recorded.train({4, 4, 3, 4, 3, 4});

    // The first step of a trainer is done directly.
    auto direct = std::make_unique<Trained>(device, 2);
    for (const std::int64_t batch : {4, 4, 3, 4, 3, 4}) {
      auto next = std::make_unique<Trained>(device, 2);
      next->go_on(*direct);
      next->train({batch});
      direct = std::move(next);
    }
    CHECK(recorded.losses == direct->losses);
    CHECK(recorded.weights() == direct->weights());

    // Where members are selected, it is recorded anew.
    Trained anew(device, 2);
    for (const std::int64_t batch : {4, 4, 3, 4, 3, 4}) {
      anew.train({batch});
      anew.trainer.select_members({0, 1});
    }
    CHECK(recorded.losses == anew.losses);
    CHECK(recorded.weights() == anew.weights());
  }
}

TEST_CASE("A recorded step keeps its memory from other tensors") {
  for (const Device device : gpu_devices()) {
    INFO(name(device));
    Trained disturbed(device, 2), alone(device, 2);
    alone.train({4, 4, 4, 4});
    std::vector<Tensor> others;  // of every size that a step has use for
    for (int step = 0; step < 4; ++step) {
      disturbed.train({4});
      for (std::int64_t size = 16; size < 2000; size += 16)
        others.push_back(
            Tensor::from({size}, std::vector<float>(static_cast<std::size_t>(size), 7), device));
    }
    CHECK(disturbed.losses == alone.losses);
    CHECK(disturbed.weights() == alone.weights());
    for (const auto& other : others)
      REQUIRE(other.to_vector<float>() ==
              std::vector<float>(static_cast<std::size_t>(other.size()), 7));
  }
}

TEST_CASE("A recorded step whose loss is not finite changes no weight") {
  for (const Device device : gpu_devices()) {
    INFO(name(device));
    Trained trained(device, 1);
    trained.train({4, 4, 4});
    const Parameter bias = trained.model.parameters().back();
    const auto good = bias.variable.value().to_vector<float>();
    Tensor bad = bias.variable.value();
    bad.copy_from(std::vector<float>(3, std::numeric_limits<float>::quiet_NaN()).data(), 3);
    const auto before = trained.weights();
    CHECK(!trained.trainer.step(std::vector<std::int32_t>{0, 1, 2, 3}, 1e-2).finite);
    bad.copy_from(good.data(), 3);
    auto weights = trained.weights();
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) CHECK(weights[i] == before[i]);
    CHECK(weights.back() == good);
  }
}

TEST_CASE("Steps that are laid out come to what they come to one by one, until one diverges") {
  for (const Device device : {Device::reference, Device::cpu, Device::simt}) {
    INFO(name(device));
    for (const std::size_t doomed : {9, 2}) {  // the step whose rate is too large
      Trained together(device, 2), alone(device, 2);
      std::vector<MemberBatch> batches;
      std::vector<Rates> rates;
      std::vector<Trainer::StepResult> expected;
      for (std::size_t step = 0; step < 6; ++step) {
        const auto rows = together.next_rows(step == 3 ? 6 : 8);
        batches.push_back({rows, labels_of(labels(), rows), {}, {}});
        rates.emplace_back(step == doomed ? std::vector<double>{1e-2, 1e38}
                                          : std::vector{1e-2, 2e-2});
        if (expected.empty() || expected.back().finite)
          expected.push_back(alone.trainer.step(batches.back(), rates.back()));
      }
      together.trainer.lay_out(batches, rates);
      while (together.trainer.laid_out() > 0) together.trainer.take_step();
      const auto results = together.trainer.results();
      REQUIRE(results.size() == expected.size());
      CHECK(results.size() == (doomed == 2 ? 4u : 6u));
      for (std::size_t step = 0; step < results.size(); ++step) {
        CHECK(results[step].finite == expected[step].finite);
        if (!results[step].finite) continue;
        CHECK(results[step].loss == expected[step].loss);
        CHECK(results[step].correct == expected[step].correct);
      }
      CHECK(together.weights() == alone.weights());
      CHECK(together.trainer.steps(1) == alone.trainer.steps(1));
      CHECK(together.trainer.optimizer_state(0).slots == alone.trainer.optimizer_state(0).slots);
    }
  }
}

TEST_CASE("A member that joins another goes on with its own count of steps") {
  Trained longer(Device::cpu, 1), shorter(Device::cpu, 1, 1);
  longer.train({4, 4, 4});
  shorter.train({4, 4});

  Trained first(Device::cpu, 1), second(Device::cpu, 1, 1);
  first.train({4, 4});
  second.train({4});
  first.trainer.append_members(second.trainer);
  std::vector<std::int32_t> rows = first.next_rows(4);
  for (const auto row : second.next_rows(4)) rows.push_back(row);
  CHECK(first.trainer.step(rows, 1e-2).loss ==
        std::vector<float>{longer.losses.back(), shorter.losses.back()});
  const auto weights = first.weights();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    auto expected = longer.weights()[i];
    const auto more = shorter.weights()[i];
    expected.insert(expected.end(), more.begin(), more.end());
    CHECK(weights[i] == expected);
  }
}
