#include "engine/variable.h"

#include "engine/ops/ops.h"
#include "engine/optimizers/adam.h"
#include "kernels/support/random.h"
#include "tests/support/catch.h"

using namespace tutti;
using Floats = std::vector<float>;

namespace {

Variable leaf(Shape shape, const Floats& values) {
  return Variable(Tensor::from(std::move(shape), values), true);
}

}  // namespace

TEST_CASE("A value used twice gets the sum of both gradients") {
  const Variable w = leaf({1, 2}, {3, -4});
  backward(add(l2(w, 0.5), l2(w, 1)));  // 1.5 w^2
  CHECK(w.grad().to_vector<float>() == Floats{9, -12});
}

TEST_CASE("A gradient that passes through unchanged is not changed by another") {
  const Variable a = leaf({1, 2}, {1, 2}), b = leaf({1, 2}, {5, 6});
  const Variable sum = add(a, b);
  backward(add(sum, a));
  CHECK(a.grad().to_vector<float>() == Floats{2, 2});
  CHECK(b.grad().to_vector<float>() == Floats{1, 1});
}

TEST_CASE("Each backward replaces the gradients of the last") {
  const Variable w = leaf({1, 1}, {3});
  backward(l2(w, 1));
  backward(l2(w, 2));
  CHECK(w.grad().to_vector<float>() == Floats{12});
}

TEST_CASE("What took no part has no gradient, and asking for none is said") {
  const Variable w = leaf({1, 1}, {3}), other = leaf({1, 1}, {1}),
                 constant(Tensor::from<float>({1, 1}, {1}));
  backward(l2(w, 1));
  CHECK_FALSE(other.grad().defined());
  CHECK_THROWS_WITH(constant.grad(), Contains("none was asked for"));
  CHECK_THROWS_WITH(backward(activation({ActivationFunction::Kind::relu}, constant)),
                    Contains("depends on nothing"));
}

TEST_CASE("Operations name themselves and the shapes that do not fit") {
  const Variable x = leaf({1, 2, 3}, Floats(6)), w = leaf({1, 4, 5}, Floats(20)),
                 b = leaf({1, 5}, Floats(5));
  CHECK_THROWS_WITH(dense(x, w, b),
                    Contains("dense: x is [1, 2, 3], w [1, 4, 5], b [1, 5]"));
  CHECK_THROWS_WITH(add(x, w), Contains("add: a is [1, 2, 3], b is [1, 4, 5]"));
  CHECK_THROWS_WITH(conv2d(x, w, b, {}), Contains("conv2d: x is [1, 2, 3]"));
  CHECK_THROWS_WITH(max_pool2d(x, {2, 2, 2, 2}), Contains("max_pool2d: x is [1, 2, 3]"));
  CHECK_THROWS_WITH(dropout(x, 1, Tensor(), 1), "dropout: the rate is 1, not in [0, 1)");
  const Variable picture = leaf({1, 1, 2, 2, 1}, Floats(4));
  CHECK_THROWS_WITH(max_pool2d(picture, {3, 3, 1, 1}),
                    Contains("[3, 3] does not fit into x [1, 1, 2, 2, 1]"));
  CHECK_THROWS_WITH(softmax_cross_entropy(x, Tensor::from<std::int32_t>({1, 3}, {0, 0, 0})),
                    Contains("softmax_cross_entropy: x is [1, 2, 3] and labels [1, 3]"));
}

TEST_CASE(
    "The gradient of a dense layer's weights is formed for who wants it, and Adam does without") {
  const Tensor x = Tensor::from<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const auto trained = [&](bool formed, double decay) {
    const Parameter w{"kernel", leaf({1, 3, 2}, {1, -2, 3, -4, 5, -6})},
        b{"bias", leaf({1, 2}, {0.5, -0.5})};
    Adam adam(std::vector<Parameter>{w, b});
    const Variable loss = l2(dense(Variable(x), w.variable, b.variable), 1);
    backward(decay == 0 ? loss : add(loss, l2(w.variable, decay)));
    CHECK((w.variable.gradient().product() != nullptr) == (decay == 0));
    if (formed) {
      CHECK(w.variable.grad().shape() == Shape{1, 3, 2});
      CHECK(w.variable.gradient().product() == nullptr);
    }
    adam.step(0.1);
    return w.variable.value().to_vector<float>();
  };
  CHECK(trained(false, 0) == trained(true, 0));
  CHECK(trained(false, 0.5) == trained(true, 0.5));
}

TEST_CASE("A convolution, relu and the larger of two rows in one pass are the three operations") {
  constexpr std::int64_t height = 19, width = 36;  // seven rows of outputs: the last is in no pair
  RandomStream random(3);
  std::vector<std::uint8_t> pixels(4 * height * width);
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  const auto random_leaf = [&](const Shape& shape) {
    std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    for (auto& value : values) value = static_cast<float>(random.uniform(-1, 1));
    return Variable(Tensor::from(shape, values), true);
  };
  const Batch batch{Tensor::from({4, height, width, 1}, pixels),
                    Tensor::from<std::int32_t>({2, 3}, {0, 2, 1, 3, 3, 0}), 1.0 / 255, -0.5};
  const Variable w = random_leaf({2, 6, width, 1, 5}), b = random_leaf({2, 5});
  const Conv2dOptions options{.stride_height = 2};

  const Variable expected = max_pool2d(
      activation({ActivationFunction::Kind::relu}, conv2d(batch, w, b, options)), pairs_of_rows);
  backward(l2(expected, 0.5));
  const auto dw = w.grad().to_vector<float>(), db = b.grad().to_vector<float>();

  const Variable pooled = conv2d_relu_pool(batch, w, b, options);
  CHECK(pooled.shape() == Shape{2, 3, 3, 1, 5});
  CHECK(pooled.value().to_vector<float>() == expected.value().to_vector<float>());
  backward(l2(pooled, 0.5));
  const auto require_near = [](const std::vector<float>& actual, const std::vector<float>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      REQUIRE(actual[i] == Approx(wanted[i]).epsilon(1e-5).margin(1e-4));
  };
  require_near(w.grad().to_vector<float>(), dw);
  require_near(b.grad().to_vector<float>(), db);

  const Batch low{Tensor::zeros({4, 6, width, 1}, DType::uint8, Device::cpu), batch.rows};
  CHECK_THROWS_WITH(conv2d_relu_pool(low, w, b, options), Contains("does not fit"));
}
