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
  return {a.launches - b.launches, a.graphs - b.graphs, a.kernels - b.kernels, a.waits - b.waits,
          a.bytes - b.bytes};
}

std::ostream& operator<<(std::ostream& out, const simt::Counts& counts) {
  return out << counts.launches << " launches, " << counts.graphs << " graphs of " << counts.kernels
             << " kernels, " << counts.waits << " waits, " << counts.bytes << " bytes copied";
}

/// What the host asks of the device in the third epoch: after its second step until after its
/// fourth, and in all of its steps.
struct Asked {
  simt::Counts of_two_steps, of_epoch;
};

Asked asked(Model model, const Tensor& x, std::int64_t members, int batch) {
  const auto examples = static_cast<std::int32_t>(x.dim(0));
  std::vector<std::int32_t> labels, rows;
  for (std::int32_t i = 0; i < examples; ++i) {
    labels.push_back(i % 2);
    rows.push_back(i);
  }
  const TrainData data{member_streams(5, members),
                       {x, labels, MemberRows(static_cast<std::size_t>(members), rows)},
                       {}};
  model.build(streams_for(Purpose::initialization, data.members), Device::simt);
  Training training(model, data, {.batch_size = batch});
  training.epoch();
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

}  // namespace

TEST_CASE("What the host asks of a GPU in a step of the LSTM") {
  const Tensor x = Tensor::from({17, 28, 1}, uniform(17 * 28, 3, 1.0));
  const Asked steps = asked(lstm_classifier(28, 2), x, 2, 3);
  print("LSTM, two members", steps);
  CHECK(steps.of_two_steps.graphs == 4);
  CHECK(steps.of_two_steps.waits == 8);
}

TEST_CASE("What the host asks of a GPU in a step of GenreCnn") {
  std::vector<std::uint8_t> pixels(11 * 580 * 127, 100);
  const Tensor x = Tensor::from({11, 580, 127, 1}, pixels);
  const Asked steps = asked(genre_cnn({580, 127, 1}, 2, {1.0 / 255, 0}), x, 1, 2);
  print("GenreCnn, one member", steps);
  CHECK(steps.of_two_steps.graphs == 4);
  CHECK(steps.of_two_steps.waits == 8);
}
