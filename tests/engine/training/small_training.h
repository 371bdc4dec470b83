#pragma once
#include <algorithm>
#include <vector>

#include "engine/layers/dense.h"
#include "engine/layers/noise/dropout.h"
#include "engine/members.h"
#include "engine/training/train.h"
#include "tests/support/values.h"

/// A training that takes milliseconds.
namespace tutti::test {

inline constexpr std::int32_t examples = 40, inputs = 6;

/// Points on both sides of a plane, some of them on the wrong one: a small network learns them too
/// well, and its validation loss rises again.
inline TrainData points(std::int64_t members, std::int64_t first = 0) {
  const auto x = uniform(examples * inputs, 3, 1.0);
  std::vector<std::int32_t> labels;
  MemberRows training(static_cast<std::size_t>(members)), validation = training;
  for (std::int32_t i = 0; i < examples; ++i) {
    const bool above = x[static_cast<std::size_t>(i * inputs)] > 0;
    labels.push_back(above != (i % 5 == 0));
    for (auto& rows : i < 24 ? training : validation) rows.push_back(i);
  }
  const Tensor data = Tensor::from({examples, inputs}, x);
  return {member_streams(7, members, first), {data, labels, training}, {data, labels, validation}};
}

inline Model network(const TrainData& data, Device device = Device::cpu) {
  Sequential model(Shape{inputs}, Dense({.units = 16, .activation = Activation::relu}),
                   Dropout(0.2), Dense({.units = 2, .activation = Activation::softmax}));
  model.build(streams_for(Purpose::initialization, data.members), device);
  return model;
}

inline std::vector<MemberValues> weights(const Model& model) {
  std::vector<MemberValues> all;
  for (std::int64_t m = 0; m < model.members(); ++m)
    all.push_back(member_values(model.parameters(), m));
  return all;
}

inline TrainOptions quick() { return {.epochs = 4, .batch_size = 5, .learning_rate = 0.01}; }

inline bool same(const EpochResult& a, const EpochResult& b) {
  return a.loss == b.loss && a.accuracy == b.accuracy && a.val_loss == b.val_loss &&
         a.val_accuracy == b.val_accuracy;
}

/// Every checkpoint that a training tells of, with the members in memory.
struct Checkpoints {
  std::vector<TrainCheckpoint> all;
  TrainObserver observer{.on_checkpoint = [this](const TrainCheckpoint& told) {
    std::vector<TrainCheckpoint::Member> members;
    for (std::int64_t m = 0; m < told.members; ++m) members.push_back(told.member(m));
    TrainCheckpoint& kept = all.emplace_back(told);
    kept.member = [members](std::int64_t m) { return members.at(static_cast<std::size_t>(m)); };
  }};
};

inline bool same(const History& a, const History& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const auto& p, const auto& q) { return same(p, q); });
  });
}

}  // namespace tutti::test
