#include "models/ensemble.h"

#include <sys/resource.h>

#include <cstring>
#include <filesystem>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/flatten.h"
#include "kernels/support/threads.h"
#include "models/keras/axes.h"
#include "models/keras/layers.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// Pictures of two classes: bright in the low or in the high picture_frequencies, with noise.
struct Stripes {
  explicit Stripes(std::int64_t n)
      : x(Tensor::empty({n, picture_times, picture_frequencies, 1}, DType::uint8, Device::cpu)) {
    auto* pixel = x.data<std::uint8_t>();
    for (std::int64_t i = 0; i < n; ++i) {
      labels.push_back(static_cast<std::int32_t>(i % 2));
      for (std::int64_t p = 0; p < picture_times * picture_frequencies; ++p) {
        const bool high = p % picture_frequencies < picture_frequencies / 2;
        const auto noise =
            hash(static_cast<std::uint32_t>(i * picture_times * picture_frequencies + p), 5) >> 26;
        *pixel++ = static_cast<std::uint8_t>(noise + (high == (i % 2 == 1) ? 100 : 0));
      }
    }
  }
  Examples rows(std::int32_t first, std::int32_t last) const {
    std::vector<std::int32_t> which;
    for (std::int32_t row = first; row < last; ++row) which.push_back(row);
    return Examples(x, labels, which);
  }
  Tensor x;
  std::vector<std::int32_t> labels;
};

std::vector<float> member_weights(const Ensemble& ensemble, std::int64_t member) {
  std::vector<float> all;
  for (const auto& parameter : ensemble.model().parameters()) {
    const auto values = parameter.variable.value().slice(member, 1).to_vector<float>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

FitOptions quick() {
  FitOptions options;
  options.epochs = 2;
  options.batch_size = 3;
  return options;
}

}  // namespace

TEST_CASE("An ensemble learns, is saved, and is the same when loaded") {
  const TemporaryFolder folder;
  const Stripes data(16);
  Ensemble ensemble(2, folder.path(), 2);
  const History history = ensemble.fit(data.rows(0, 12), data.rows(12, 16), quick());
  REQUIRE(history.size() == 2);
  REQUIRE(history[0].size() == 2);
  CHECK(history[1][0].val_accuracy == 1);
  CHECK(history[1][1].val_loss < history[0][1].val_loss);
  CHECK(ensemble.predict(data.x) == data.labels);
  CHECK(ensemble.predict(data.x, Vote::majority) == data.labels);
  CHECK(ensemble.out_of_bag_accuracy(data.rows(0, 12)) == 1.0);

  const Ensemble again = Ensemble::load_model(folder.path());
  REQUIRE(again.size() == 2);
  CHECK(again.classes() == 2);
  for (std::int64_t member = 0; member < 2; ++member)
    CHECK(same_bits(member_weights(ensemble, member), member_weights(again, member)));
  CHECK(same_bits(ensemble.predict_classifiers(data.x).scores.to_vector<float>(),
                  again.predict_classifiers(data.x).scores.to_vector<float>()));
}

TEST_CASE("A member is the same bits alone, beside others, and with any number of threads") {
  const TemporaryFolder folder;
  const Stripes data(10);
  FitOptions options = quick();
  set_thread_count(1);
  Ensemble three(3, folder / "three", 2);
  three.fit(data.rows(0, 8), data.rows(8, 10), options);
  set_thread_count(2);
  options.first_member = 2;
  Ensemble alone(1, folder / "alone", 2);
  alone.fit(data.rows(0, 8), data.rows(8, 10), options);
  CHECK(same_bits(member_weights(three, 2), member_weights(alone, 0)));
  CHECK_FALSE(same_bits(member_weights(three, 1), member_weights(alone, 0)));
  options.seed = 55;
  alone.fit(data.rows(0, 8), data.rows(8, 10), options);
  CHECK_FALSE(same_bits(member_weights(three, 2), member_weights(alone, 0)));
}

TEST_CASE("The README's example works") {
  const TemporaryFolder folder;
  const Stripes data(6);
  const Tensor X_train = data.x.slice(0, 4), X_val = data.x.slice(4, 2);
  const Tensor y_train = Tensor::from<std::int32_t>({4}, {0, 1, 0, 1}),
               y_val = Tensor::from<std::int32_t>({2}, {0, 1});
  Ensemble ensemble(2, folder.path(), 2);
  ensemble.fit(X_train, y_train, {X_val, y_val},
               {.bootstrap_percent = 0.9, .batch_size = 3, .epochs = 1});
  CHECK(ensemble.predict(X_val).size() == 2);
  const auto [scores, labels] = ensemble.predict_classifiers(X_val);
  CHECK(scores.shape() == Shape{2, 2, 2});
  CHECK(labels.size() == 2);
  CHECK(Ensemble::load_model(folder.path()).predict(X_val) == ensemble.predict(X_val));
}

TEST_CASE("A diverging training names epoch and step and leaves the last good state") {
  const TemporaryFolder folder;
  const Stripes data(10);
  FitOptions options = quick();
  options.learning_rate = 1e30;
  Ensemble ensemble(1, folder.path(), 2);
  CHECK_THROWS_WITH(ensemble.fit(data.rows(0, 8), data.rows(8, 10), options),
                    Contains("epoch 1") && Contains("step 2") && Contains("learning rate"));
  for (const float weight : member_weights(Ensemble::load_model(folder.path()), 0))
    REQUIRE(std::isfinite(weight));
}

TEST_CASE("Training can be stopped between two steps") {
  const TemporaryFolder folder;
  const Stripes data(10);
  FitOptions options = quick();
  std::stop_source stop;
  const TrainObserver observer{.on_step = [&](int epoch, std::int64_t, std::int64_t) {
    if (epoch == 2) stop.request_stop();
  }};
  Ensemble ensemble(1, folder.path(), 2);
  CHECK(
      ensemble.fit(data.rows(0, 8), data.rows(8, 10), options, stop.get_token(), observer).size() ==
      1);
}

TEST_CASE("A sample smaller than a batch is one batch") {
  const TemporaryFolder folder;
  const Stripes data(4);
  FitOptions options = quick();
  options.batch_size = 10;
  std::int64_t steps = 0;
  const TrainObserver observer{.on_step = [&](const auto&...) { ++steps; }};
  Ensemble(1, folder.path(), 2).fit(data.rows(0, 4), Examples(), options, {}, observer);
  CHECK(steps == options.epochs);
}

TEST_CASE("Members vote by mean probability, or by majority") {
  // Three members, one example: two lean to class 0, one is sure of class 1.
  const Tensor scores = Tensor::from<float>({3, 1, 2}, {0.6f, 0.4f, 0.6f, 0.4f, 0, 1});
  CHECK(member_labels(scores) == std::vector<std::vector<std::int32_t>>{{0}, {0}, {1}});
  CHECK(vote(scores, Vote::mean) == std::vector<std::int32_t>{1});
  CHECK(vote(scores, Vote::majority) == std::vector<std::int32_t>{0});
  CHECK(mean_probabilities(scores)[0] == Approx(0.4));
}

TEST_CASE("A network whose axes cannot be exchanged sees pictures as its file has them") {
  Sequential model(Shape{picture_frequencies, picture_times, 1},
                   Conv2D({.filters = 2,
                           .kernel_height = 5,
                           .kernel_width = 9,
                           .stride_height = 40,
                           .stride_width = 700,
                           .activation = Activation::relu}),
                   Flatten(), Dense({.units = 3, .activation = Activation::softmax}));
  model.build(member_streams(1, 1), Device::cpu);
  const TemporaryFolder folder;
  write_keras_file(folder / "picture.h5", to_keras(model, 0, {1e-3}));

  const Stripes data(3);
  const Ensemble ensemble = Ensemble::load_model(folder.path());
  const auto scores = ensemble.predict_classifiers(data.x).scores.to_vector<float>();
  Tensor pictures =
      Tensor::empty({3, picture_frequencies, picture_times, 1}, DType::uint8, Device::cpu);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t f = 0; f < picture_frequencies; ++f)
      for (std::int64_t t = 0; t < picture_times; ++t)
        pictures.data<std::uint8_t>()[(i * picture_frequencies + f) * picture_times + t] =
            data.x.data<std::uint8_t>()[(i * picture_times + t) * picture_frequencies + f];
  const Batch batch{pictures, Tensor::from({1, 3}, std::vector<std::int32_t>{0, 1, 2})};
  const auto direct = model.outputs(batch, Context{}).value().to_vector<float>();
  CHECK(same_bits(scores, direct));

  // It trains, and its file has the same axes again.
  Ensemble trained(1, folder / "run", 3);
  FitOptions options = quick();
  options.from = folder / "picture.h5";
  options.batch_size = 1;
  trained.fit(data.rows(0, 2), Examples(), options);
  CHECK(load_member("again", read_keras_file(folder / "run/classifier_0.h5"), Device::cpu)
            .input_shape() == Shape{picture_frequencies, picture_times, 1});
}

TEST_CASE("An ensemble that cannot be loaded says which file is wrong") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(Ensemble::load_model(folder / "none"),
                    Contains("none") && Contains("no such folder"));
  CHECK_THROWS_WITH(Ensemble::load_model(folder.path()), Contains("classifier_0.h5"));

  Model two = genre_cnn({picture_times, picture_frequencies, 1}, 2),
        three = genre_cnn({picture_times, picture_frequencies, 1}, 3);
  two.build(member_streams(0, 1), Device::cpu);
  three.build(member_streams(0, 1), Device::cpu);
  write_keras_file(folder / "classifier_0.h5", with_axes_exchanged(to_keras(two, 0, {1e-4})));
  write_keras_file(folder / "classifier_1.h5", with_axes_exchanged(to_keras(three, 0, {1e-4})));
  CHECK_THROWS_WITH(Ensemble::load_model(folder.path()),
                    Contains("classifier_1.h5") && Contains("dense_1") && Contains("[128, 3]"));
  Model narrow = genre_cnn({300, picture_frequencies, 1}, 2);
  narrow.build(member_streams(0, 1), Device::cpu);
  const TemporaryFolder other;
  write_keras_file(other / "classifier_0.h5", with_axes_exchanged(to_keras(narrow, 0, {1e-4})));
  CHECK_THROWS_WITH(Ensemble::load_model(other.path()),
                    Contains("classifier_0.h5") && Contains("[127, 300, 1]"));
  std::filesystem::resize_file(folder / "classifier_1.h5", 5000);
  CHECK_THROWS_WITH(Ensemble::load_model(folder.path()), Contains("classifier_1.h5"));
}

TEST_CASE("An ensemble without members is not an ensemble") {
  CHECK_THROWS_WITH(Ensemble(0, "x"), Contains("at least one"));
  CHECK_THROWS_WITH(Ensemble(1, "x").predict(Stripes(1).x), Contains("fit it or load it"));
}
