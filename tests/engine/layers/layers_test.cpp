#include <set>

#include "engine/layers/dense.h"
#include "engine/layers/model.h"
#include "engine/layers/noise/gaussian_noise.h"
#include "engine/layers/noise/spatial_dropout.h"
#include "engine/layers/normalization/batch_normalization.h"
#include "engine/layers/normalization/layer_normalization.h"
#include "engine/layers/normalization/normalization.h"
#include "engine/layers/prelu.h"
#include "engine/layers/recurrent.h"
#include "engine/layers/wrappers/bidirectional.h"
#include "engine/layers/wrappers/channels_at.h"
#include "engine/layers/wrappers/time_distributed.h"
#include "tests/support/catch.h"
#include "tests/support/values.h"

using namespace tutti;

namespace {

constexpr std::int64_t members = 2, batch = 3;

std::vector<RandomStream> two_streams() {
  return {RandomStream(7).derive(0), RandomStream(7).derive(1)};
}

Context training(std::int64_t steps = 3) {
  std::vector<DropoutState> of_members;
  for (const auto& stream : two_streams()) of_members.push_back({stream, steps});
  return {
      .training = true,
      .dropout_draws = Tensor::from({members, 3}, dropout_draws(of_members), Device::reference)};
}

template <class L>
Model built(const Shape& input, L layer) {
  Model model(input);
  model.add(std::make_unique<L>(std::move(layer)));
  model.build(two_streams(), Device::reference, DType::float64);
  return model;
}

Tensor some(Shape shape, std::uint32_t salt = 1) {
  shape.insert(shape.begin(), {members, batch});
  const auto values = test::uniform(shape.elements(), salt, 1.0);
  return Tensor::from(shape, std::vector<double>(values.begin(), values.end()), Device::reference);
}

std::vector<double> doubles(const Variable& x) { return x.value().to_vector<double>(); }

/// The sum of the outputs, each times a number of its own; new buffers are kept out.
double total(const Model& model, const Tensor& x, const Context& context) {
  std::vector<std::function<void()>> changes;
  Context pass = context;
  pass.changes = &changes;
  const auto y = doubles(model.outputs(Variable(x), pass));
  const auto weights = test::uniform(static_cast<std::int64_t>(y.size()), 5, 1.0);
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * weights[i];
  return sum;
}

/// Of the input and all trained parameters, in double, against finite differences.
void check_gradients(const Model& model, const Context& context) {
  Tensor x = some(model.input_shape());
  const Variable input(x, true);
  std::vector<std::function<void()>> changes;
  Context pass = context;
  pass.changes = &changes;
  const Variable y = model.outputs(input, pass);
  const auto dy = test::uniform(y.value().size(), 5, 1.0);
  backward(y,
           Tensor::from(y.shape(), std::vector<double>(dy.begin(), dy.end()), Device::reference));
  const auto check = [&](Tensor at, const std::vector<double>& gradient) {
    for (std::int64_t i = 0; i < at.size(); ++i) {
      double& element = at.data<double>()[i];
      const double before = element, step = 1e-6;
      element = before + step;
      const double above = total(model, x, context);
      element = before - step;
      const double below = total(model, x, context);
      element = before;
      INFO(at.shape() << " element " << i);
      REQUIRE(gradient[static_cast<std::size_t>(i)] ==
              Approx((above - below) / (2 * step)).epsilon(1e-5).margin(1e-7));
    }
  };
  check(x, doubles(Variable(input.grad())));
  for (const auto& parameter : model.parameters())
    if (parameter.trainable)
      check(parameter.variable.value(), doubles(Variable(parameter.variable.grad())));
}

RecurrentOptions sequences(RecurrentOptions options) {
  options.return_sequences = true;
  return options;
}

std::unique_ptr<Recurrent> lstm_of(std::int64_t units, bool backwards, bool all = true) {
  return std::make_unique<LSTM>(
      RecurrentOptions{.units = units, .return_sequences = all, .go_backwards = backwards});
}

}  // namespace

TEST_CASE("The gradients of every layer in double are those of finite differences") {
  const RecurrentOptions masked{.units = 3, .dropout = 0.3, .recurrent_dropout = 0.3};
  check_gradients(built({4, 3}, PReLU()), training());
  check_gradients(built({4, 3}, PReLU({1})), training());
  check_gradients(built({4, 3}, LayerNormalization()), training());
  check_gradients(built({4, 3}, LayerNormalization({.axes = {1, 2}})), training());
  check_gradients(
      built({4, 3}, Normalization({.axes = {1}, .mean = {1, 2, 3, 4}, .variance = {2}})),
      training());
  check_gradients(built({4, 3}, Normalization({.inverted = true, .mean = {1}, .variance = {2}})),
                  training());
  check_gradients(built({4, 3}, SpatialDropout(0.4, 1)), training());
  check_gradients(built({4, 3}, GaussianNoise(0.5)), training());
  check_gradients(built({4, 3}, SimpleRNN(masked)), training());
  check_gradients(built({4, 3}, LSTM(sequences(masked))), training());
  check_gradients(built({4, 3}, GRU(sequences(masked))), training());
  check_gradients(built({4, 3}, GRU(masked, false)), training());
  check_gradients(built({4, 3}, Bidirectional(lstm_of(2, false), lstm_of(3, true))), training());
  check_gradients(built({4, 3}, Bidirectional(lstm_of(2, false, false), lstm_of(2, true, false),
                                              Bidirectional::Merge::product)),
                  training());
  check_gradients(built({4, 3, 2}, TimeDistributed(std::make_unique<Dense>(Dense::Options{3}))),
                  training());
  check_gradients(built({4, 3, 2}, ChannelsAt(1, std::make_unique<BatchNormalization>())),
                  training());
  Model frozen({4, 3});
  frozen.add(Dense({.units = 2}));
  frozen.add(std::make_unique<BatchNormalization>());
  frozen.children()[1].layer->set_trainable(false);
  frozen.build(two_streams(), Device::reference, DType::float64);
  check_gradients(frozen, training());
}

TEST_CASE("Frozen batch normalization trains by its averages, and leaves them") {
  Model model({4, 3});
  auto norm = std::make_unique<BatchNormalization>();
  norm->set_trainable(false);
  model.add(std::move(norm));
  model.build(two_streams(), Device::reference, DType::float64);
  const Variable x(some({4, 3}));
  CHECK(doubles(model.outputs(x, training())) == doubles(model.outputs(x, {})));
  CHECK(doubles(model.parameters()[2].variable) == std::vector<double>(members * 3, 0));
}

TEST_CASE("A cell with dropout of its state is the fast one where the mask keeps all") {
  const RecurrentOptions plain{.units = 3, .return_sequences = true};
  RecurrentOptions masked = plain;
  masked.recurrent_dropout = 1e-12;
  const auto same = [](const Model& a, const Model& b) {
    const Variable x(some({4, 2}));
    const auto of_a = doubles(a.outputs(x, training())), of_b = doubles(b.outputs(x, training()));
    for (std::size_t i = 0; i < of_a.size(); ++i) CHECK(of_a[i] == Approx(of_b[i]).epsilon(1e-9));
  };
  same(built({4, 2}, SimpleRNN(plain)), built({4, 2}, SimpleRNN(masked)));
  same(built({4, 2}, LSTM(plain)), built({4, 2}, LSTM(masked)));
  same(built({4, 2}, GRU(plain)), built({4, 2}, GRU(masked)));
  same(built({4, 2}, GRU(plain, false)), built({4, 2}, GRU(masked, false)));
}

TEST_CASE("Each gate has masks of its own where states are dropped") {
  const std::vector<double> ones(members * batch * 2, 1);
  const Variable x(Tensor::from({members, batch, 2, 1}, ones, Device::reference));
  // All weights 1, all functions the identity: what comes out tells the masks.
  const auto different = [&](auto&& layer) {
    const Model model = built({2, 1}, std::move(layer));
    for (const auto& parameter : model.parameters()) {
      Tensor value = parameter.variable.value();
      std::fill_n(value.data<double>(), value.size(), 1);
    }
    std::set<double> values_seen;
    for (int step = 1; step <= 40; ++step)
      for (const double value : doubles(model.outputs(x, training(step))))
        values_seen.insert(value);
    return values_seen.size();
  };
  const ActivationFunction linear{ActivationFunction::Kind::linear};
  const RecurrentOptions inputs{.units = 1, .functions = {linear, linear}, .dropout = 0.5};
  RecurrentOptions states = inputs, both = inputs;
  states.dropout = 0, states.recurrent_dropout = both.recurrent_dropout = 0.5;
  CHECK(different(SimpleRNN(states)) == 2);
  CHECK(different(LSTM(inputs)) == 2);
  CHECK(different(GRU(inputs)) == 2);
  CHECK(different(LSTM(states)) > 4);
  CHECK(different(GRU(states)) > 4);
  CHECK(different(GRU(states, false)) > 4);
  CHECK(different(LSTM(both)) > different(LSTM(states)));
  CHECK(different(GRU(both, false)) > different(GRU(states, false)));
}

TEST_CASE("Noise draws anew in every step, and rests outside training") {
  const Variable x(some({40, 30}));
  const auto check = [&](const Model& model) {
    CHECK(doubles(model.outputs(x, {})) == doubles(x));
    CHECK(doubles(model.outputs(x, training(1))) == doubles(model.outputs(x, training(1))));
    CHECK(doubles(model.outputs(x, training(1))) != doubles(model.outputs(x, training(2))));
  };
  check(built({40, 30}, GaussianNoise(0.5)));
  const Model spatial = built({40, 30}, SpatialDropout(0.25, 1));
  check(spatial);
  const auto from = doubles(x), to = doubles(spatial.outputs(x, training()));
  int kept = 0;
  for (std::int64_t example = 0; example < members * batch; ++example)
    for (std::int64_t channel = 0; channel < 30; ++channel) {
      const auto at = [&](std::int64_t step) {
        return static_cast<std::size_t>((example * 40 + step) * 30 + channel);
      };
      const bool is_kept = to[at(0)] != 0;
      kept += is_kept;
      for (std::int64_t step = 0; step < 40; ++step)
        REQUIRE(to[at(step)] == Approx(is_kept ? from[at(step)] / 0.75 : 0));
    }
  CHECK(std::abs(kept / 180.0 - 0.75) < 0.1);
}

TEST_CASE("Bidirectional is a layer there and a layer back, the latter's steps in order") {
  const Model both = built({4, 2}, Bidirectional(lstm_of(3, false), lstm_of(3, true)));
  const Variable x(some({4, 2}));
  const Variable y = both.outputs(x, {});
  REQUIRE(y.shape() == Shape{members, batch, 4, 6});
  const auto parameters = both.parameters();
  const auto pass = [&](const Variable& from, std::size_t first) {
    return lstm(from, parameters[first].variable, parameters[first + 1].variable,
                parameters[first + 2].variable);
  };
  CHECK(doubles(y) == doubles(concatenate({pass(x, 0), reverse(pass(reverse(x, 2), 3), 2)}, -1)));
  CHECK_THROWS_WITH(Bidirectional(lstm_of(3, true), lstm_of(3, true)),
                    Contains("Bidirectional: takes a layer that goes forward"));
  CHECK_THROWS_WITH(
      built({4, 2}, Bidirectional(lstm_of(3, false), lstm_of(2, true), Bidirectional::Merge::sum)),
      Contains("Bidirectional: cannot merge [4, 3] and [4, 2]"));
}

TEST_CASE("A layer with its channels elsewhere is the layer between two transposes") {
  const Model model = built({3, 4, 2}, ChannelsAt(1, std::make_unique<Dense>(Dense::Options{5})));
  CHECK(model.output_shape() == Shape{5, 4, 2});
  const Variable x(some({3, 4, 2}));
  const auto parameters = model.parameters();
  const Variable rows = reshape(transpose(x, {0, 1, 3, 4, 2}), {members, batch * 8, 3});
  const Variable y = reshape(dense(rows, parameters[0].variable, parameters[1].variable),
                             {members, batch, 4, 2, 5});
  CHECK(doubles(model.outputs(x, {})) == doubles(transpose(y, {0, 1, 4, 2, 3})));
  CHECK_THROWS_WITH(built({3, 4}, ChannelsAt(3, std::make_unique<Dense>(Dense::Options{5}))),
                    Contains("[3, 4] has no axis 3"));
}

TEST_CASE("The new layers refuse what they cannot take") {
  CHECK_THROWS_WITH(built({4, 3}, PReLU({3})), Contains("PReLU: [4, 3] has no axis 3"));
  CHECK_THROWS_WITH(built({4, 3}, PReLU({1, -2})), Contains("an axis is named twice"));
  CHECK_THROWS_WITH(built({4, 3}, LayerNormalization({.axes = {1}})),
                    Contains("its axes are [1], not the last of [4, 3]"));
  CHECK_THROWS_WITH(built({4, 3}, Normalization({.mean = {1, 2}, .variance = {1}})),
                    Contains("mean: 2 values are given for [3]"));
  CHECK_THROWS_WITH(built({4, 3}, SpatialDropout(0.5, 2)), Contains("SpatialDropout2D: takes"));
  CHECK_THROWS_WITH(built({4, 3}, SpatialDropout(1, 1)), Contains("the rate is 1"));
  CHECK_THROWS_WITH(built({4, 3}, GaussianNoise(-1)), Contains("standard deviation is -1"));
  CHECK_THROWS_WITH(built({3}, TimeDistributed(std::make_unique<Dense>(Dense::Options{5}))),
                    Contains("TimeDistributed: takes [steps, …]"));
  CHECK_THROWS_WITH(built({4, 3}, LSTM({.units = 3, .dropout = 1.5})),
                    Contains("LSTM: a rate of dropout is 1.5"));
}
