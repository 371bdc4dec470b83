#include <iostream>

#include "engine/members.h"
#include "engine/training/train.h"
#include "kernels/simt/machine.h"
#include "models/genre_cnn.h"
#include "models/recurrent_classifiers.h"
#include "tests/support/catch.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;

namespace {

simt::Counts operator-(const simt::Counts& a, const simt::Counts& b) {
  return {a.launches - b.launches, a.graphs - b.graphs, a.kernels - b.kernels,  a.waits - b.waits,
          a.bytes - b.bytes,       a.held - b.held,     a.releases - b.releases};
}

std::ostream& operator<<(std::ostream& out, const simt::Counts& counts) {
  return out << counts.launches << " launches, " << counts.graphs << " graphs of " << counts.kernels
             << " kernels, " << counts.waits << " waits, " << counts.bytes << " bytes copied";
}

TrainData data_of(const Tensor& x, std::int64_t members, std::int64_t first = 0) {
  const auto examples = static_cast<std::int32_t>(x.dim(0));
  std::vector<std::int32_t> labels, rows;
  for (std::int32_t i = 0; i < examples; ++i) {
    labels.push_back(i % 2);
    rows.push_back(i);
  }
  return {member_streams(5, members, first),
          {x, labels, MemberRows(static_cast<std::size_t>(members), rows)},
          {}};
}

/// What the host asks of the device in the second epoch: after its second step until after its
/// fourth, and in all of its steps.
struct Asked {
  simt::Counts of_two_steps, of_epoch;
};

Asked asked(Model model, const Tensor& x, std::int64_t members, int batch) {
  const TrainData data = data_of(x, members);
  model.build(streams_for(Purpose::initialization, data.members), Device::simt);
  Training training(model, data, {.batch_size = batch});
  training.epoch();
  Asked result;
  const simt::Counts begin = simt::counts();
  training.epoch({.on_step = [&](int, std::int64_t step, std::int64_t) {
    if (step == 2) result.of_two_steps = simt::counts();
    if (step == 4) result.of_two_steps = simt::counts() - result.of_two_steps;
  }});
  result.of_epoch = simt::counts() - begin;
  return result;
}

void print(const char* model, const Asked& asked) {
  std::cout << model << ", two steps: " << asked.of_two_steps
            << "\n  an epoch of six steps, the last of a batch left over: " << asked.of_epoch
            << '\n';
}

void require_one_graph_a_step(const Asked& asked) {
  CHECK(asked.of_two_steps.graphs == 2);
  CHECK(asked.of_two_steps.launches == 0);
  CHECK(asked.of_two_steps.waits == 0);
  CHECK(asked.of_two_steps.bytes == 0);
  CHECK(asked.of_epoch.graphs == 6);
  CHECK(asked.of_epoch.launches == 0);
  CHECK(asked.of_epoch.waits == 3);  // its numbers, its rates, and what it came to
}

}  // namespace

TEST_CASE("What the host asks of a GPU in a step of the LSTM", "[long]") {
  const Tensor x = Tensor::from({17, 28, 1}, uniform(17 * 28, 3, 1.0));
  const Asked steps = asked(lstm_classifier(28, 2), x, 2, 3);
  print("LSTM, two members", steps);
  require_one_graph_a_step(steps);
}

TEST_CASE("What the host asks of a GPU in a step of GenreCnn", "[long]") {
  std::vector<std::uint8_t> pixels(11 * 580 * 127, 100);
  const Tensor x = Tensor::from({11, 580, 127, 1}, pixels);
  const Asked steps = asked(genre_cnn({580, 127, 1}, 2, {1.0 / 255, 0}), x, 1, 2);
  print("GenreCnn, one member", steps);
  require_one_graph_a_step(steps);
}

TEST_CASE("Members that come and go between epochs are trained by recorded steps") {
  const Tensor x = Tensor::from({17, 28, 1}, uniform(17 * 28, 3, 1.0)).to(Device::simt);
  Model one = rnn_classifier(28, 2), two = rnn_classifier(28, 2);
  const TrainData first = data_of(x, 2), second = data_of(x, 1, 2);
  one.build(streams_for(Purpose::initialization, first.members), Device::simt);
  two.build(streams_for(Purpose::initialization, second.members), Device::simt);
  Training training(one, first, {.batch_size = 3}), other(two, second, {.batch_size = 3});
  const simt::Counts begin = simt::counts();
  training.epoch();
  // The first step alone is launched: that of the batch left over is recorded at once.
  CHECK((simt::counts() - begin).graphs == 5);
  other.epoch();
  training.append_members(other);
  const simt::Counts joined = simt::counts();
  training.epoch();
  training.select_members({1, 2});
  training.epoch();
  const simt::Counts asked = simt::counts() - joined;
  CHECK(asked.graphs == 12);
  CHECK(asked.launches == 0);
  CHECK(asked.releases == 0);
}
