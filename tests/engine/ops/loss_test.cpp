#include "engine/ops/ops.h"
#include "tests/support/catch.h"

using namespace tutti;
using Floats = std::vector<float>;

TEST_CASE("Cross-entropy with the targets of plain labels is that of the labels") {
  const Variable x(Tensor::from<float>({1, 2, 3}, {0.5f, -1, 2, 0, 0.25f, 1}), true);
  const Tensor labels = Tensor::from<std::int32_t>({1, 2}, {2, 0});
  const Tensor targets = soft_targets(labels, 3, {});
  CHECK(targets.to_vector<float>() == Floats{0, 0, 1, 1, 0, 0});

  const auto [hard, probabilities] = softmax_cross_entropy(x, labels);
  backward(hard);
  const auto dx = x.grad().to_vector<float>();
  const auto [soft, same] = softmax_cross_entropy(x, targets);
  backward(soft);
  CHECK(soft.value().to_vector<float>()[0] == Approx(hard.value().to_vector<float>()[0]));
  CHECK(same.to_vector<float>() == probabilities.to_vector<float>());
  for (std::size_t i = 0; i < dx.size(); ++i)
    CHECK(x.grad().to_vector<float>()[i] == Approx(dx[i]));
}

TEST_CASE("Soft targets smooth labels and weigh classes, each member's by its own weights") {
  const Tensor labels = Tensor::from<std::int32_t>({2, 1}, {1, 1}),
               weights = Tensor::from<float>({2, 2}, {1, 3, 1, 0.5f});
  const auto targets = soft_targets(labels, 2, {.smoothing = 0.5, .class_weights = weights});
  CHECK(targets.to_vector<float>() == Floats{0.75f, 2.25f, 0.125f, 0.375f});
}

TEST_CASE("Losses name the shapes and settings that do not fit") {
  const Variable x(Tensor::from<float>({1, 2, 3}, Floats(6)));
  const Tensor labels = Tensor::from<std::int32_t>({1, 2}, {2, 0});
  CHECK_THROWS_WITH(softmax_cross_entropy(x, Tensor::from<float>({1, 2}, Floats(2))),
                    Contains("x is [1, 2, 3] and targets [1, 2]"));
  CHECK_THROWS_WITH(softmax_cross_entropy(x, Tensor::from<std::int32_t>({1, 1}, {0})),
                    Contains("x is [1, 2, 3] and labels [1, 1]"));
  CHECK_THROWS_WITH(soft_targets(labels, 3, {.smoothing = 1.5}),
                    "soft_targets: smoothing is 1.5, not in [0, 1]");
  CHECK_THROWS_WITH(
      soft_targets(labels, 3, {.class_weights = Tensor::from<float>({1, 2}, Floats(2))}),
      "soft_targets: class weights are [1, 2], not [1, 3]");
  CHECK_THROWS_WITH(soft_targets(Tensor::from<std::int32_t>({2}, {2, 0}), 3, {}),
                    Contains("soft_targets: labels are [2]"));
}

TEST_CASE(
    "Gradients are clipped by their common norm, each member's by its own, and kept as they were") {
  const Tensor a = Tensor::from<float>({2, 1}, {3, 0.3f}),
               b = Tensor::from<float>({2, 1}, {4, 0.4f});
  const auto [clipped, norms] = clip_by_global_norm({a, b}, 1);
  CHECK(norms.to_vector<float>() == Floats{5, 0.5f});
  CHECK(clipped[0].to_vector<float>()[0] == Approx(0.6));
  CHECK(clipped[1].to_vector<float>()[0] == Approx(0.8));
  CHECK(clipped[0].to_vector<float>()[1] == 0.3f);
  CHECK(a.to_vector<float>() == Floats{3, 0.3f});
  CHECK_THROWS_WITH(clip_by_global_norm({}, 1), "clip_by_global_norm: there is no gradient");
  CHECK_THROWS_WITH(clip_by_global_norm({a}, 0), Contains("norm is 0, not above 0"));
  CHECK_THROWS_WITH(clip_by_global_norm({a, Tensor::from<float>({1, 1}, {1})}, 1),
                    Contains("[2, 1] and [1, 1], of different members"));
}
