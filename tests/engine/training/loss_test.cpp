#include <cmath>
#include <limits>

#include "engine/training/prediction.h"
#include "engine/training/score.h"
#include "tests/engine/training/small_training.h"
#include "tests/support/catch.h"
#include "tests/support/devices.h"

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr std::int32_t kinds = 3;

TrainData three_kinds(std::int64_t members) {
  constexpr std::int32_t rows = 24, columns = 5;
  std::vector<std::int32_t> labels, training, validation;
  for (std::int32_t i = 0; i < rows; ++i) {
    labels.push_back(i % kinds);
    (i < 18 ? training : validation).push_back(i);
  }
  const Tensor x = Tensor::from({rows, columns}, uniform(rows * columns, 4, 1.0));
  const auto all = static_cast<std::size_t>(members);
  return {member_streams(3, members),
          {x, labels, MemberRows(all, training)},
          {x, labels, MemberRows(all, validation)}};
}

Model classifier(const TrainData& data, Device device) {
  Sequential model(Shape{data.training.x.dim(1)},
                   Dense({.units = 8, .activation = Activation::relu}),
                   Dense({.units = kinds, .activation = Activation::softmax}));
  model.build(streams_for(Purpose::initialization, data.members), device);
  return model;
}

/// Losses of both members in the first step, on all training rows.
std::vector<float> first_loss(const LossOptions& loss, Device device, const Augment& augment = {}) {
  const TrainData data = three_kinds(2);
  Model model = classifier(data, device);
  DataLoader loader(data.training, data.members, {.batch = 18, .augment = augment});
  Trainer trainer(model, data.members, data.training.x.to(device), data.training.labels,
                  {.loss = loss});
  loader.begin_epoch();
  return trainer.step(loader.batch(0), 0.1).loss;
}

const TrainOptions everything{.epochs = 3,
                              .batch_size = 4,
                              .learning_rate = 0.05,
                              .optimizer = AdamWOptions{.weight_decay = 0.1, .clip_norm = 0.5},
                              .loss = {.label_smoothing = 0.1, .class_weights = {1, 2, 0.5}},
                              .weight_average = 0.9};

}  // namespace

TEST_CASE("Label smoothing mixes the loss of the label with the mean of all classes'") {
  for (const Device device : {Device::reference, Device::cpu, Device::simt}) {
    const auto plain = first_loss({}, device), half = first_loss({.label_smoothing = 0.5}, device),
               some = first_loss({.label_smoothing = 0.25}, device);
    for (std::size_t m = 0; m < 2; ++m) {
      CHECK(some[m] == Approx((plain[m] + half[m]) / 2).epsilon(1e-5));
      CHECK(some[m] != plain[m]);
    }
  }
}

TEST_CASE("Class weights multiply the losses of their classes") {
  for (const Device device : {Device::reference, Device::cpu, Device::simt}) {
    const auto plain = first_loss({}, device),
               all = first_loss({.class_weights = {3, 3, 3}}, device);
    std::vector<float> sum(2);
    for (const auto& one : {std::vector<double>{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) {
      const auto part = first_loss({.class_weights = one}, device);
      for (std::size_t m = 0; m < 2; ++m) sum[m] += part[m];
    }
    for (std::size_t m = 0; m < 2; ++m) {
      CHECK(all[m] == Approx(3 * plain[m]).epsilon(1e-5));
      CHECK(sum[m] == Approx(plain[m]).epsilon(1e-5));
    }
  }
}

TEST_CASE("Targets that a hook sets are what is learned") {
  const Augment labels = [](MemberBatch& batch, std::vector<RandomStream>& members) {
    std::vector<float> targets;
    for (const auto label : batch.labels)
      for (std::int32_t k = 0; k < kinds; ++k) targets.push_back(k == label ? 1.0f : 0.0f);
    const auto count = static_cast<std::int64_t>(members.size());
    batch.targets = Tensor::from(
        {count, static_cast<std::int64_t>(batch.labels.size()) / count, kinds}, targets);
  };
  const Augment wrong = [](MemberBatch& batch, std::vector<RandomStream>&) {
    batch.targets = Tensor::from<float>({2, 18, 2}, std::vector<float>(72));
  };
  const auto plain = first_loss({}, Device::cpu), same = first_loss({}, Device::cpu, labels);
  for (std::size_t m = 0; m < 2; ++m) CHECK(same[m] == Approx(plain[m]).epsilon(1e-5));
  CHECK_THROWS_WITH(first_loss({}, Device::cpu, wrong),
                    Contains("targets of a batch are [2, 18, 2], not [2, 18, 3]"));
}

TEST_CASE("Everything at once is recorded, and a member is the same bits alone") {
  for (const Device device : {Device::cpu, Device::simt}) {
    const TrainData both = three_kinds(2);
    TrainData alone = three_kinds(1);
    alone.members = {both.members[1]};
    Model two = classifier(both, device), one = classifier(alone, device),
          direct = classifier(both, device);
    train(two, both, everything);
    train(one, alone, everything);
    CHECK(weights(two)[1] == weights(one)[0]);

    // A training whose members were selected anew records anew.
    Training training(direct, both, everything);
    for (int epoch = 0; epoch < 3; ++epoch)
      training.epoch({.on_step = [&](int, std::int64_t, std::int64_t) {
        training.select_members({0, 1});
      }});
    CHECK(weights(direct) == weights(two));
  }
}

TEST_CASE("Training with everything goes on from its state to the same bits") {
  const TrainData data = three_kinds(2);
  Model straight = classifier(data, Device::cpu), first = classifier(data, Device::cpu),
        second = classifier(data, Device::cpu);
  Training all(straight, data, everything), before(first, data, everything),
      after(second, data, everything);
  for (int epoch = 0; epoch < 3; ++epoch) all.epoch();
  before.epoch();
  for (std::int64_t m = 0; m < 2; ++m) after.set_state(m, before.state(m));
  for (int epoch = 1; epoch < 3; ++epoch) after.epoch();
  CHECK(weights(second) == weights(straight));
}

TEST_CASE("The average of the weights is validated and left, the weights are trained") {
  const TrainData data = three_kinds(2);
  TrainOptions options = everything;
  Model averaged = classifier(data, Device::cpu), plain = classifier(data, Device::cpu);
  Training training(averaged, data, options);
  const double loss = (*training.epoch())[1].val_loss;
  options.weight_average = 0;
  Training other(plain, data, options);
  other.epoch();
  const auto state = training.state(1);
  CHECK(state.trained == weights(plain)[1]);
  CHECK(state.weights == weights(averaged)[1]);
  CHECK(weights(averaged) != weights(plain));

  const auto& rows = data.validation.rows[1];
  const auto probabilities =
      predict_probabilities(averaged, data.validation.x, rows).slice(1, 1).to_vector<float>();
  CHECK(score(probabilities, labels_of(data.validation.labels, rows)).loss == Approx(loss));
}

TEST_CASE("Training refuses losses, averages and labels that are out of range") {
  TrainData data = three_kinds(1);
  Model model = classifier(data, Device::cpu);
  const auto refused = [&](auto change, const std::string& message) {
    TrainOptions options{.epochs = 1, .batch_size = 4};
    change(options);
    CHECK_THROWS_WITH(train(model, data, options), Contains(message));
  };
  refused([](auto& o) { o.loss.label_smoothing = 1; }, "smoothing of 1");
  refused([](auto& o) { o.loss.label_smoothing = -0.1; }, "smoothing of -0.1");
  refused([](auto& o) { o.loss.class_weights = {1, 2}; }, "class weights for 2 classes");
  refused([](auto& o) { o.loss.class_weights = {1, 2, -1}; }, "class weight of -1");
  refused([](auto& o) { o.weight_average = 1; }, "decay of 1");
  refused([](auto& o) { o.optimizer = SGDOptions{.momentum = 2}; }, "momentum of 2");
  data.validation.labels[20] = 3;
  refused([](auto&) {}, "row 20 has the label 3");
  data.training.labels[4] = -1;
  refused([](auto&) {}, "row 4 has the label -1");
}
