#include "tests/support/devices.h"

#include <cmath>

#include "engine/members.h"
#include "engine/training/trainer.h"
#include "models/genre_cnn.h"
#include "models/recurrent_classifiers.h"
#include "tests/support/catch.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// What some steps of training made of a model.
struct TrainedModel {
  std::vector<float> losses;                        // of steps and members
  std::vector<std::vector<float>> before, updates;  // of parameters
};

TrainedModel train_steps(std::int64_t steps, Model model, const Tensor& x,
                         const std::vector<std::int32_t>& labels, std::int64_t members,
                         std::int64_t batch, Device device) {
  const auto streams = member_streams(5, members);
  model.build(streams_for(Purpose::initialization, streams), device);
  TrainedModel result;
  for (const auto& parameter : model.parameters())
    result.before.push_back(parameter.variable.value().to_vector<float>());
  Trainer trainer(model, streams, x.to(device), labels);
  for (std::int64_t step = 0; step < steps; ++step) {
    std::vector<std::int32_t> rows;
    for (std::int64_t i = 0; i < members * batch; ++i)
      rows.push_back(static_cast<std::int32_t>((step * 3 + i) % x.dim(0)));
    const auto losses = trainer.step(rows, 1e-3).loss;
    result.losses.insert(result.losses.end(), losses.begin(), losses.end());
  }
  for (std::size_t p = 0; p < result.before.size(); ++p) {
    auto values = model.parameters()[p].variable.value().to_vector<float>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] -= result.before[p][i];
    result.updates.push_back(std::move(values));
  }
  return result;
}

/// Losses agree closely. Adam moves a weight of next to no gradient by its sign, which rounding may
/// turn, so updates are compared as a whole.
void require_agreement(const TrainedModel& expected, const TrainedModel& actual) {
  REQUIRE(actual.before == expected.before);
  for (std::size_t i = 0; i < expected.losses.size(); ++i) {
    CAPTURE(i);
    REQUIRE(actual.losses[i] == Approx(expected.losses[i]).epsilon(1e-4));
  }
  for (std::size_t p = 0; p < expected.updates.size(); ++p) {
    CAPTURE(p);
    auto difference = actual.updates[p];
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= expected.updates[p][i];
    REQUIRE(norm(difference) < 0.01 * norm(expected.updates[p]));
  }
}

/// On the machine in software, `simt_steps` have to do.
template <class Model>
void check_on_gpu_devices(Model model, const Tensor& x, const std::vector<std::int32_t>& labels,
                          std::int64_t members, std::int64_t batch, std::int64_t simt_steps) {
  for (const Device device : gpu_devices()) {
    INFO(name(device));
    const std::int64_t steps = device == Device::simt ? simt_steps : 10;
    require_agreement(train_steps(steps, model(), x, labels, members, batch, Device::cpu),
                      train_steps(steps, model(), x, labels, members, batch, device));
  }
}

}  // namespace

TEST_CASE("Training steps of the feature classifiers are the cpu device's on every device",
          "[long]") {
  const Tensor x = Tensor::from({12, 28, 1}, uniform(12 * 28, 3, 1.0));
  const std::vector<std::int32_t> labels{0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0};
  check_on_gpu_devices([] { return lstm_classifier(28, 2); }, x, labels, 2, 5, 10);
  check_on_gpu_devices([] { return rnn_classifier(28, 2); }, x, labels, 2, 5, 10);
}

TEST_CASE("Training steps of GenreCnn are the cpu device's on every device", "[long]") {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t i = 0; i < 4 * 2900 * 127; ++i)
    pixels.push_back(static_cast<std::uint8_t>(hash(i, 7) >> 24));
  const Tensor x = Tensor::from({4, 2900, 127, 1}, pixels);
  check_on_gpu_devices(
      [] {
        return genre_cnn({2900, 127, 1}, 10, {1.0 / 255, 0});
      },
      x, {1, 4, 7, 9}, 2, 1, 2);
}
