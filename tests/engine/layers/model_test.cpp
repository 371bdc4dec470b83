#include "engine/layers/model.h"

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/flatten.h"
#include "engine/layers/noise/dropout.h"
#include "engine/layers/noise/gaussian_noise.h"
#include "engine/layers/noise/spatial_dropout.h"
#include "engine/layers/normalization/batch_normalization.h"
#include "engine/layers/pooling2d.h"
#include "engine/layers/recurrent.h"
#include "engine/layers/rescaling.h"
#include "engine/layers/reshape.h"
#include "engine/layers/wrappers/channels_at.h"
#include "engine/layers/wrappers/time_distributed.h"
#include "engine/optimizers/adam.h"
#include "tests/support/catch.h"
#include "tests/support/values.h"

using namespace tutti;

namespace {

/// GenreCnn in small: time, frequency, 1.
Model small_cnn() {
  return Sequential(Shape{23, 4, 1}, Rescaling(1.0 / 64, -1.5),
                    Conv2D({.filters = 3,
                            .kernel_height = 6,
                            .kernel_width = 4,
                            .stride_height = 3,
                            .activation = Activation::relu}),
                    MaxPooling2D({.height = 2, .width = 1, .stride_height = 2, .stride_width = 1}),
                    Dropout(0.5), Flatten(), Dense({.units = 5, .activation = Activation::relu}),
                    Dropout(0.3),
                    Dense({.units = 3, .activation = Activation::softmax, .l2 = 0.05}));
}

std::vector<RandomStream> streams(std::int64_t count) {
  std::vector<RandomStream> members;
  for (std::int64_t m = 0; m < count; ++m)
    members.push_back(RandomStream(7).derive(static_cast<std::uint64_t>(m)));
  return members;
}

/// A training pass after some steps.
Context after(std::int64_t steps) {
  std::vector<DropoutState> members;
  for (const auto& stream : streams(2)) members.push_back({stream, steps});
  return {.training = true,
          .dropout_draws = Tensor::from({2, 3}, dropout_draws(members), Device::reference)};
}

struct CnnProblem {
  Tensor data = Tensor::empty({4, 23, 4, 1}, DType::uint8, Device::reference);
  Tensor rows = Tensor::from<std::int32_t>({2, 3}, {0, 2, 1, 3, 3, 0}, Device::reference);
  Tensor labels = Tensor::from<std::int32_t>({2, 3}, {0, 2, 1, 1, 0, 2}, Device::reference);
  Context pass = after(3);

  CnnProblem() {
    RandomStream random(1);
    for (std::int64_t i = 0; i < data.size(); ++i)
      data.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(random.below(256));
  }
  Variable loss(const Model& model) const {
    return add(softmax_cross_entropy(model.logits({data, rows}, pass), labels).first,
               model.penalty());
  }
  double total(const Model& model) const {
    const auto losses = loss(model).value().to_vector<double>();
    return losses[0] + losses[1];
  }
};

}  // namespace

TEST_CASE("The gradients of a whole model in double are those of finite differences") {
  const CnnProblem problem;
  Model model = small_cnn();
  model.build(streams(2), Device::reference, DType::float64);
  backward(problem.loss(model));
  for (const auto& parameter : model.parameters()) {
    Tensor value = parameter.variable.value();
    const auto gradient = parameter.variable.grad().to_vector<double>();
    for (std::int64_t i = 0; i < value.size(); i += 3) {
      double& element = value.data<double>()[i];
      const double at = element, step = 1e-6;
      element = at + step;
      const double above = problem.total(model);
      element = at - step;
      const double below = problem.total(model);
      element = at;
      INFO(parameter.name << ' ' << value.shape() << " element " << i);
      REQUIRE(gradient[static_cast<std::size_t>(i)] ==
              Approx((above - below) / (2 * step)).epsilon(1e-6).margin(1e-8));
    }
  }
}

TEST_CASE("A model of bytes is the same with the bytes as numbers") {
  const CnnProblem problem;
  Model model = small_cnn();
  model.build(streams(2), Device::reference);
  const Variable direct = model.outputs({problem.data, problem.rows}, Context{});
  Variable x = gather({problem.data, problem.rows});
  for (const auto& child : model.children()) x = child.layer->forward(x, Context{});
  CHECK(direct.value().to_vector<float>() == x.value().to_vector<float>());
}

TEST_CASE("Initial weights are within Glorot's limit, and a member's are its own") {
  Model both = small_cnn(), second = small_cnn();
  both.build(streams(2), Device::cpu);
  second.build({streams(2)[1]}, Device::cpu);
  const Tensor kernel = both.parameters()[0].variable.value();
  const double limit = std::sqrt(6.0 / (6 * 4 * 1 + 6 * 4 * 3));
  double largest = 0;
  for (const float value : kernel.to_vector<float>())
    largest = std::max(largest, std::abs(double{value}));
  CHECK(largest <= limit);
  CHECK(largest > 0.9 * limit);
  CHECK(kernel.slice(1, 1).to_vector<float>() ==
        second.parameters()[0].variable.value().to_vector<float>());
  CHECK(kernel.slice(0, 1).to_vector<float>() != kernel.slice(1, 1).to_vector<float>());
}

TEST_CASE("Weights to be loaded are not drawn: all are zero, whatever a layer would begin with") {
  const Shape input{4, 1};
  Sequential drawn(input, LSTM({.units = 3}), Dense({.units = 2})),
      zero(input, LSTM({.units = 3}), Dense({.units = 2}));
  drawn.build(streams(2), Device::cpu);
  zero.build_zero(2, Device::cpu);
  REQUIRE(zero.parameters().size() == drawn.parameters().size());
  for (std::size_t i = 0; i < zero.parameters().size(); ++i) {
    const Tensor values = zero.parameters()[i].variable.value();
    CHECK(values.shape() == drawn.parameters()[i].variable.shape());
    CHECK(values.to_vector<float>() == std::vector<float>(static_cast<std::size_t>(values.size())));
  }
  CHECK(zero.members() == 2);
  CHECK(zero.output_shape() == drawn.output_shape());
}

TEST_CASE("Dropout draws anew in every step, and rests outside training") {
  const CnnProblem problem;
  Model model = small_cnn();
  model.build(streams(2), Device::reference);
  const auto logits = [&](const Context& pass) {
    return model.logits({problem.data, problem.rows}, pass).value().to_vector<float>();
  };
  CHECK(logits(after(1)) == logits(after(1)));
  CHECK(logits(after(1)) != logits(after(2)));
  Context resting = after(1);
  resting.training = false;
  CHECK(logits(resting) == logits(Context{}));
}

TEST_CASE("Adam leads a model to its training data") {
  const CnnProblem problem;
  Model model = small_cnn();
  model.build(streams(2), Device::reference);
  Adam adam(model.parameters());
  const Context no_dropout;
  const auto loss = [&] {
    return softmax_cross_entropy(model.logits({problem.data, problem.rows}, no_dropout),
                                 problem.labels)
        .first;
  };
  const auto before = loss().value().to_vector<float>();
  for (int i = 0; i < 60; ++i) {
    backward(loss());
    adam.step(0.02);
  }
  const auto after = loss().value().to_vector<float>();
  CHECK(after[0] < before[0] / 3);
  CHECK(after[1] < before[1]);
}

namespace {

/// Two residual blocks, one within the other, on some numbers.
Model nested_model() {
  return Sequential(Shape{4}, Dense({.units = 3, .activation = Activation::relu}),
                    Residual(Dense({.units = 5}), Residual(Dense({.units = 5})), Dropout(0.5),
                             Dense({.units = 3})),
                    Dense({.units = 2, .activation = Activation::softmax}));
}

Variable some_input(std::int64_t members) {
  const auto values = tutti::test::uniform(members * 3 * 4, 5, 1.0);
  return Variable(Tensor::from({members, 3, 4}, values));
}

}  // namespace

TEST_CASE("Nested models compute what their layers do one by one") {
  Model model = nested_model();
  model.build({4}, {.members = 2});
  const auto parameter = [&](std::size_t i) { return model.parameters()[i].variable; };
  const auto layer = [&](const Variable& x, std::size_t i) {
    return dense(x, parameter(2 * i), parameter(2 * i + 1));
  };
  const Variable x = some_input(2);
  const Variable first = activation({ActivationFunction::Kind::relu}, layer(x, 0));
  const Variable wide = layer(first, 1);
  const Variable block = add(first, layer(add(wide, layer(wide, 2)), 3));
  CHECK(model.outputs(x, {}).value().to_vector<float>() ==
        softmax(layer(block, 4)).value().to_vector<float>());
  CHECK(model.parameters().size() == 10);
}

TEST_CASE("Members of nested models are selected and appended, with the bits they had") {
  Model three = nested_model(), other = nested_model();
  three.build({4}, {.members = 3, .seed = 1});
  other.build({4}, {.members = 1, .seed = 2});
  const auto one = [](const Tensor& all, std::int64_t m) {
    return all.slice(m, 1).to_vector<float>();
  };
  const auto input = some_input(3).value();
  three.select_members({2, 0});
  three.append_members(other);
  REQUIRE(three.members() == 3);
  Model again = nested_model();
  again.build({4}, {.members = 3, .seed = 1});
  const auto of_rows = [&](const Model& model, const std::vector<std::int64_t>& rows) {
    return model.outputs(Variable(input.rows(rows)), {}).value();
  };
  const auto after = of_rows(three, {2, 0, 0}), before = of_rows(again, {0, 1, 2});
  CHECK(one(after, 0) == one(before, 2));
  CHECK(one(after, 1) == one(before, 0));
  CHECK(one(after, 2) == one(of_rows(other, {0}), 0));
}

TEST_CASE("A frozen layer within a model gets no gradient, its neighbors do") {
  Model model(Shape{4});
  auto frozen = std::make_unique<Residual>(Dense({.units = 4}));
  frozen->set_trainable(false);
  model.add(std::move(frozen));
  model.add(Dense({.units = 2}));
  model.build({4});
  backward(model(some_input(1)));
  const auto parameters = model.parameters();
  CHECK_FALSE(parameters[0].trainable);
  CHECK_FALSE(parameters[0].variable.requires_grad());
  CHECK(parameters[2].variable.grad().defined());
}

TEST_CASE("A shared layer has one set of parameters and the sum of both gradients") {
  Model model(Shape{4});
  const auto first = model.add(Dense({.units = 4}), {0});
  model.add(Add(), {first, model.share(first, {first})});
  model.build({4});
  REQUIRE(model.parameters().size() == 2);
  const Variable x = some_input(1);
  backward(model(x));
  const auto gradient = model.parameters()[0].variable.grad().to_vector<float>();
  const Variable w(model.parameters()[0].variable.value(), true),
      b(model.parameters()[1].variable.value(), true);
  const Variable y = dense(x, w, b);
  backward(add(y, dense(y, w, b)));
  CHECK(gradient == w.grad().to_vector<float>());
}

TEST_CASE("A model that was not built, or is given other inputs than it takes, is an Error") {
  Model model = nested_model();
  CHECK_THROWS_WITH(model.outputs(some_input(1), {}),
                    "a model is asked to compute before it was built");
  CHECK_THROWS_WITH(Dense({.units = 2}).forward(some_input(1), {}),
                    "a layer is asked to compute before it was built");
  model.build({4});
  CHECK_THROWS_WITH(model.forward(std::vector{some_input(1), some_input(1)}, {}),
                    "a model of 1 inputs is given 2");
  CHECK_THROWS_WITH(Model().build({4}), "a model without layers");
  CHECK_THROWS_WITH(model.build({4}, {.members = 0}), "a model of 0 members; at least 1");
  Model shapes(Shape{4});
  const auto narrow = shapes.add(Dense({.units = 3}), {0});
  shapes.add(Add(), {0, narrow});
  CHECK_THROWS_WITH(shapes.build({4}), "Add: takes inputs of one shape, not [4] and [3]");
  CHECK_THROWS_WITH(shapes.add(Add(), {0, 9}), "a model of 3 values has no 9");
  CHECK_THROWS_WITH(shapes.share(narrow, {9}), "a model of 3 values has no 9");
  CHECK_THROWS_WITH(shapes.share(9, {0}), "a model of 3 values has no 9");
}

TEST_CASE("A layer shared after a model was built has to be built too") {
  Model model(Shape{4});
  const auto dense = model.add(Dense({.units = 4}), {0});
  model.build({4});
  model.share(dense, {dense});
  CHECK_THROWS_WITH(model.outputs(some_input(1), {}),
                    "a model is asked to compute before it was built");
  model.build({4});
  CHECK(model.outputs(some_input(1), {}).shape() == Shape{1, 3, 4});
}

TEST_CASE("A batch, of bytes or of numbers, is the input of a model of one input alone") {
  Model model(Shape{4});
  model.input({4});
  model.add(Add(), {0, 1});
  model.build(streams(1), Device::cpu);
  const Tensor rows = Tensor::from<std::int32_t>({1, 1}, {0});
  for (const DType type : {DType::uint8, DType::float32})
    CHECK_THROWS_WITH(model.outputs(Batch{Tensor::empty({1, 4}, type, Device::cpu), rows}, {}),
                      "a model of 2 inputs is given 1");
}

TEST_CASE("A layer without parameters that build() prepares does not compute before it") {
  const auto relu = [] { return std::make_unique<ActivationLayer>(Activation::relu); };
  std::vector<std::unique_ptr<Layer>> layers;
  layers.push_back(std::make_unique<ChannelsAt>(1, relu()));
  layers.push_back(std::make_unique<TimeDistributed>(relu()));
  layers.push_back(std::make_unique<Reshape>(Shape{2, 2}));
  layers.push_back(std::make_unique<Pooling2D>(GlobalAveragePooling2D()));
  layers.push_back(std::make_unique<Dropout>(0.5));
  layers.push_back(std::make_unique<GaussianNoise>(0.5));
  layers.push_back(std::make_unique<SpatialDropout>(0.5, 1));
  const Variable x(Tensor::from({1, 1, 2, 2, 1}, std::vector<float>{1, 2, 3, 4}));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CAPTURE(i);
    CHECK_THROWS_WITH(layers[i]->forward(x, {}), "a layer is asked to compute before it was built");
  }
}

TEST_CASE("A model in training draws new dropout masks in every pass, each member its own") {
  Sequential model(Shape{4}, Dropout(0.5));
  model.build({4}, {.members = 2});
  const Variable x(Tensor::from({2, 3, 4}, std::vector<float>(24, 1.0f)));
  const auto first = model(x).value(), second = model(x).value();
  CHECK(first.to_vector<float>() != second.to_vector<float>());
  CHECK(first.slice(0, 1).to_vector<float>() != first.slice(1, 1).to_vector<float>());
  CHECK(model.outputs(x, {}).value().to_vector<float>() == std::vector<float>(24, 1.0f));
}

TEST_CASE("Layers refuse what they cannot take") {
  Sequential flat(Shape{5}, Conv2D({.filters = 1, .kernel_height = 1, .kernel_width = 1}));
  CHECK_THROWS_WITH(flat.build(streams(1), Device::cpu),
                    "Conv2D: takes [height, width, channels], not [5]");
  Sequential small(Shape{2, 2, 1}, Conv2D({.filters = 1, .kernel_height = 3, .kernel_width = 1}));
  CHECK_THROWS_WITH(small.build(streams(1), Device::cpu),
                    "Conv2D: a kernel of [3, 1] does not fit into [2, 2, 1]");
}

TEST_CASE("A frozen batch normalization in front of a model stays as it is in training") {
  BatchNormalization fixed;
  fixed.set_trainable(false);
  Model model = Sequential(Shape{2}, std::move(fixed), Dense({.units = 1, .use_bias = false}));
  model.build(Shape{2});
  const auto& front = model.nodes()[1].layer->own_parameters();
  const auto values = [&](std::size_t i) { return front[i].variable.value().to_vector<float>(); };
  const Variable x(Tensor::from({1, 2, 2}, std::vector<float>{1, 2, 3, 4}));
  const auto y = model(x);
  CHECK(y.value().to_vector<float>() == model.outputs(x, {}).value().to_vector<float>());
  CHECK(values(2) == std::vector<float>{0, 0});
  CHECK(values(3) == std::vector<float>{1, 1});
}
