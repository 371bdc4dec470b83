#include "engine/layers/sequential.h"

#include <catch2/catch.hpp>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/dropout.h"
#include "engine/layers/flatten.h"
#include "engine/layers/pooling2d.h"
#include "engine/layers/recurrent.h"
#include "engine/optimizers/adam.h"

using namespace tutti;

namespace {

/// GenreCnn in small: time, frequency, 1.
Sequential small_cnn() {
  return Sequential(Input{{23, 4, 1}, 1.0 / 64, -1.5},
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

struct Problem {
  Tensor data = Tensor::empty({4, 23, 4, 1}, DType::uint8, Device::reference);
  Tensor rows = Tensor::from<std::int32_t>({2, 3}, {0, 2, 1, 3, 3, 0}, Device::reference);
  Tensor labels = Tensor::from<std::int32_t>({2, 3}, {0, 2, 1, 1, 0, 2}, Device::reference);
  Context pass = after(3);

  Problem() {
    RandomStream random(1);
    for (std::int64_t i = 0; i < data.size(); ++i)
      data.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(random.below(256));
  }
  Variable loss(const Sequential& model) const {
    return add(softmax_cross_entropy(model.logits({data, rows}, pass), labels).first,
               model.penalty());
  }
  double total(const Sequential& model) const {
    const auto losses = loss(model).value().to_vector<double>();
    return losses[0] + losses[1];
  }
};

}  // namespace

TEST_CASE("The gradients of a whole model in double are those of finite differences") {
  const Problem problem;
  Sequential model = small_cnn();
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
  const Problem problem;
  Sequential model = small_cnn();
  model.build(streams(2), Device::reference);
  const Variable direct = model.outputs({problem.data, problem.rows}, Context{});
  Variable x = gather({problem.data, problem.rows, 1.0 / 64, -1.5});
  for (const auto& layer : model.layers()) x = layer->forward(x, Context{});
  CHECK(direct.value().to_vector<float>() == x.value().to_vector<float>());
}

TEST_CASE("Initial weights are within Glorot's limit, and a member's are its own") {
  Sequential both = small_cnn(), second = small_cnn();
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
  Sequential drawn(Input{input}, LSTM({.units = 3}), Dense({.units = 2})),
      zero(Input{input}, LSTM({.units = 3}), Dense({.units = 2}));
  drawn.build(streams(2), Device::cpu);
  zero.build(2, Device::cpu);
  REQUIRE(zero.parameters().size() == drawn.parameters().size());
  for (std::size_t i = 0; i < zero.parameters().size(); ++i) {
    const Tensor values = zero.parameters()[i].variable.value();
    CHECK(values.shape() == drawn.parameters()[i].variable.shape());
    CHECK(values.to_vector<float>() == std::vector<float>(static_cast<std::size_t>(values.size())));
  }
  CHECK(zero.members() == 2);
  CHECK(zero.output_shapes() == drawn.output_shapes());
}

TEST_CASE("Dropout draws anew in every step, and rests outside training") {
  const Problem problem;
  Sequential model = small_cnn();
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
  const Problem problem;
  Sequential model = small_cnn();
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

TEST_CASE("Layers refuse what they cannot take") {
  Sequential flat(Input{{5}}, Conv2D({.filters = 1, .kernel_height = 1, .kernel_width = 1}));
  CHECK_THROWS_WITH(flat.build(streams(1), Device::cpu),
                    "Conv2D: takes [height, width, channels], not [5]");
  Sequential small(Input{{2, 2, 1}}, Conv2D({.filters = 1, .kernel_height = 3, .kernel_width = 1}));
  CHECK_THROWS_WITH(small.build(streams(1), Device::cpu),
                    "Conv2D: a kernel of [3, 1] does not fit into [2, 2, 1]");
}
