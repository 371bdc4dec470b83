#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/optimizers/any_optimizer.h"
#include "engine/optimizers/schedules.h"
#include "engine/optimizers/weight_average.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr int steps = 20;

/// The problem of tests/golden/optimizers.py, for every member.
struct GoldenProblem {
  explicit GoldenProblem(Device device)
      : kernel{.name = "kernel",
               .variable =
                   Variable(Tensor::from({members, inputs, classes},
                                         for_members(uniform(inputs * classes, 1, 2.0)), device),
                            true)},
        bias{.name = "bias",
             .variable = Variable(
                 Tensor::from({members, classes}, for_members(uniform(classes, 2, 1.0)), device),
                 true)},
        x(Tensor::from({members, batch, inputs}, for_members(uniform(batch * inputs, 3, 2.0)),
                       device)),
        labels(
            Tensor::from<std::int32_t>({members, batch}, {0, 1, 2, 0, 1, 0, 1, 2, 0, 1}, device)) {}

  std::vector<Parameter> parameters() const { return {kernel, bias}; }
  void set_gradients() const {
    backward(softmax_cross_entropy(dense(x, kernel.variable, bias.variable), labels).first);
  }
  std::vector<float> weights() const {
    auto all = kernel.variable.value().to_vector<float>();
    const auto more = bias.variable.value().to_vector<float>();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  static constexpr std::int64_t members = 2, batch = 5, inputs = 4, classes = 3;
  Parameter kernel, bias;
  Variable x;
  Tensor labels;

 private:
  static std::vector<float> for_members(const std::vector<float>& of_one) {
    std::vector<float> all;
    for (std::int64_t m = 0; m < members; ++m) all.insert(all.end(), of_one.begin(), of_one.end());
    return all;
  }
};

struct Case {
  OptimizerOptions options;
  std::function<Rates(int step)> rates;
  double ema = 0;
};

const std::map<std::string, Case>& cases() {
  const auto constant = [](double first, double second) {
    return [=](int) { return Rates({first, second}); };
  };
  static const std::map<std::string, Case> all = {
      {"sgd", {SGDOptions{}, constant(0.5, 0.05)}},
      {"momentum", {SGDOptions{.momentum = 0.9}, constant(0.1, 0.02)}},
      {"nesterov", {SGDOptions{.momentum = 0.9, .nesterov = true}, constant(0.1, 0.02)}},
      {"adam", {AdamOptions{.epsilon = 1e-8}, constant(0.1, 0.02)}},
      {"adamw", {AdamWOptions{.epsilon = 1e-8, .weight_decay = 0.1}, constant(0.1, 0.02)}},
      {"rmsprop", {RMSpropOptions{.epsilon = 1e-20}, constant(0.1, 0.02)}},
      {"centered_rmsprop",
       {RMSpropOptions{.momentum = 0.8, .epsilon = 1e-20, .centered = true}, constant(0.05, 0.01)}},
      {"clipped_sgd", {SGDOptions{.clip_norm = 0.3}, constant(0.5, 0.05)}},
      {"clipped_adamw",
       {AdamWOptions{.epsilon = 1e-8, .weight_decay = 0.1, .clip_norm = 0.3}, constant(0.1, 0.02)}},
      {"ema", {SGDOptions{}, constant(0.5, 0.05), 0.9}},
      {"one_cycle_momentum",
       {SGDOptions{.momentum = 0.9}, [](int step) { return Rates(OneCycle(0.2, steps)(step)); }}},
      {"warm_cosine_adamw",
       {AdamWOptions{.epsilon = 1e-8, .weight_decay = 0.1},
        [](int step) {
          return Rates(CosineDecay(0.1, steps, {.warmup = 5, .start = 0.01, .end = 0.001})(step));
        }}},
  };
  return all;
}

}  // namespace

TEST_CASE("Twenty steps are those of PyTorch") {
  const auto golden = nlohmann::json::parse(std::ifstream(test::golden("optimizers.json")));
  REQUIRE(golden["cases"].size() == cases().size());
  for (const Device device : {Device::reference, Device::cpu, Device::simt})
    for (const auto& [name, one] : cases()) {
      CAPTURE(name, device);
      const GoldenProblem problem(device);
      const auto optimizer = make_optimizer(problem.parameters(), one.options);
      std::optional<WeightAverage> average;
      if (one.ema > 0) average.emplace(problem.parameters(), one.ema);
      for (int step = 0; step < steps; ++step) {
        problem.set_gradients();
        optimizer->step(one.rates(step));
        if (average) average->update();
      }
      if (average) average->swap();
      for (std::int64_t m = 0; m < GoldenProblem::members; ++m)
        for (const auto& parameter : problem.parameters()) {
          const auto ours = parameter.variable.value().slice(m, 1).to_vector<float>();
          const std::vector<double> theirs =
              golden["cases"][name][static_cast<std::size_t>(m)][parameter.name];
          REQUIRE(ours.size() == theirs.size());
          for (std::size_t i = 0; i < ours.size(); ++i) CHECK(std::abs(ours[i] - theirs[i]) < 1e-5);
        }
    }
}

TEST_CASE("An optimizer goes on from its state to the same bits") {
  for (const auto& [name, one] : cases()) {
    CAPTURE(name);
    const GoldenProblem straight(Device::cpu), resumed(Device::cpu);
    const auto all = make_optimizer(straight.parameters(), one.options),
               first = make_optimizer(resumed.parameters(), one.options);
    for (int step = 0; step < 6; ++step) {
      straight.set_gradients();
      all->step(one.rates(step));
    }
    for (int step = 0; step < 3; ++step) {
      resumed.set_gradients();
      first->step(one.rates(step));
    }
    const auto second = make_optimizer(resumed.parameters(), one.options);
    for (std::int64_t m = 0; m < GoldenProblem::members; ++m) second->set_state(m, first->state(m));
    for (int step = 3; step < 6; ++step) {
      resumed.set_gradients();
      second->step(one.rates(step));
    }
    CHECK(resumed.weights() == straight.weights());
    CHECK(second->state(1).steps == 6);
  }
}

TEST_CASE("AdamW decays biases where it is told to decay all") {
  const GoldenProblem some(Device::cpu), all(Device::cpu);
  const auto step = [](const GoldenProblem& problem, bool decays_all) {
    problem.set_gradients();
    AdamW(problem.parameters(), {.weight_decay = 0.5, .decays_all = decays_all}).step(0.1);
    return problem.bias.variable.value().to_vector<float>();
  };
  const auto without = step(some, false), with = step(all, true),
             before = uniform(GoldenProblem::classes, 2, 1.0);
  for (std::size_t i = 0; i < before.size(); ++i)
    CHECK(with[i] - without[i] == Approx(-0.05 * before[i]).margin(1e-6));
}

TEST_CASE("Plain Adam forms no gradient of a dense layer's weights, clipping forms it") {
  const GoldenProblem problem(Device::cpu);
  problem.set_gradients();
  Adam(problem.parameters(), {}).step(0.1);
  CHECK(problem.kernel.variable.gradient().product() != nullptr);
  AdamW(problem.parameters(), {.weight_decay = 0.1}).step(0.1);
  CHECK(problem.kernel.variable.gradient().product() != nullptr);
  Adam(problem.parameters(), {.clip_norm = 1}).step(0.1);
  CHECK(problem.kernel.variable.gradient().product() == nullptr);
}

TEST_CASE("A decay moves weights, not biases and scales") {
  const auto one = [](const char* name) {
    return Parameter{.name = name, .variable = Variable(Tensor::from<float>({1, 2}, {1, 2}), true)};
  };
  for (const char* name : {"kernel", "recurrent_kernel", "depthwise_kernel", "embeddings"})
    CHECK(decays(one(name)));
  for (const char* name : {"bias", "gamma", "beta", "moving_mean"}) CHECK_FALSE(decays(one(name)));
}

TEST_CASE("A moving average is swapped in and out") {
  const GoldenProblem problem(Device::cpu);
  WeightAverage average(problem.parameters(), 0.5);
  SGD optimizer(problem.parameters());
  const auto before = problem.weights();
  problem.set_gradients();
  optimizer.step(1);
  average.update();
  const auto after = problem.weights();
  average.swap();
  const auto mean = problem.weights();
  for (std::size_t i = 0; i < mean.size(); ++i)
    CHECK(mean[i] == Approx((before[i] + after[i]) / 2).margin(1e-6));
  average.swap();
  CHECK(problem.weights() == after);
  CHECK_THROWS_WITH(average.set_values(0, {{1}}), Contains("1 parameters, not 2"));
  for (const double decay : {0.0, 1.0, -1.0})
    CHECK_THROWS_WITH(WeightAverage(problem.parameters(), decay), Contains("between 0 and 1"));
}

TEST_CASE("Optimizers refuse options and rates that are out of range") {
  const GoldenProblem problem(Device::cpu);
  const auto all = problem.parameters();
  const auto refused = [&](const OptimizerOptions& options, const std::string& message) {
    CHECK_THROWS_WITH(make_optimizer(all, options), Contains(message));
  };
  refused(SGDOptions{.momentum = 1}, "momentum of 1");
  refused(SGDOptions{.momentum = -0.1}, "momentum of -0.1");
  refused(SGDOptions{.nesterov = true}, "needs a momentum");
  refused(SGDOptions{.clip_norm = -1}, "norm of -1");
  refused(RMSpropOptions{.rho = 1}, "rho of 1");
  refused(RMSpropOptions{.momentum = 1}, "momentum of 1");
  refused(RMSpropOptions{.epsilon = 0}, "epsilon of 0");
  refused(AdamOptions{.beta1 = 1}, "beta of 1");
  refused(AdamOptions{.beta2 = -1}, "beta of -1");
  refused(AdamOptions{.epsilon = 0}, "epsilon of 0");
  refused(AdamWOptions{.weight_decay = -1}, "decay of -1");

  Adam adam(all);
  problem.set_gradients();
  CHECK_THROWS_WITH(adam.step(-0.1), Contains("rate of -0.1"));
  CHECK_THROWS_WITH(adam.step(std::nan("")), Contains("rate of nan"));
  CHECK_THROWS_WITH(adam.step(Rates({1, 2, 3})), Contains("3 learning rates for 2 members"));
  Parameter frozen = problem.bias;
  frozen.trainable = false;
  CHECK_THROWS_WITH(Adam(std::vector<Parameter>{frozen}), Contains("no parameter to train"));
  const GoldenProblem fresh(Device::cpu);
  CHECK_THROWS_WITH(Adam(fresh.parameters()).step(1),
                    Contains("kernel") && Contains("no gradient"));
  CHECK_THROWS_WITH(adam.set_state(0, SGD(all).state(0)), Contains("0 kinds"));
  OptimizerState state = adam.state(0);
  state.slots["v"][0].pop_back();
  CHECK_THROWS_WITH(adam.set_state(0, state), Contains("11 values"));
  CHECK_THROWS_WITH(adam.append_members(all, SGD(all)), Contains("another kind"));
}
