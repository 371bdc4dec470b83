#include "engine/optimizers/schedules.h"

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;

TEST_CASE("Schedules give PyTorch's rates") {
  const auto golden = nlohmann::json::parse(std::ifstream(test::golden("optimizers.json")));
  const std::map<std::string, Schedule> schedules = {
      {"step", StepDecay(0.1, 6, 0.5)},
      {"exponential", ExponentialDecay(0.1, 1, 0.9)},
      {"cosine", CosineDecay(0.1, 20)},
      {"warm_cosine", CosineDecay(0.1, 20, {.warmup = 5, .start = 0.01, .end = 0.001})},
      {"one_cycle", OneCycle(0.2, 20)},
  };
  REQUIRE(golden["schedules"].size() == schedules.size());
  for (const auto& [name, schedule] : schedules) {
    const std::vector<double> rates = golden["schedules"][name];
    for (std::size_t step = 0; step < rates.size(); ++step) {
      CAPTURE(name, step);
      CHECK(schedule(static_cast<std::int64_t>(step)) == Approx(rates[step]).epsilon(1e-9));
    }
  }
}

TEST_CASE("Schedules keep their last rate") {
  CHECK(CosineDecay(0.1, 20, {.end = 0.02})(500) == Approx(0.02));
  CHECK(OneCycle(0.2, 20)(500) == Approx(0.2 / 25 / 1e4));
  CHECK(CosineDecay(0.1, 20, {.warmup = 4})(0) == 0);
  CHECK(ConstantRate(0.3)(7) == 0.3);
  CHECK(Schedule(0.3)(7) == 0.3);
  CHECK(Schedule([](std::int64_t step) { return static_cast<double>(step); })(7) == 7);
}

TEST_CASE("A rate falls on a plateau as PyTorch's does") {
  const auto golden = nlohmann::json::parse(std::ifstream(test::golden("optimizers.json")));
  const std::vector<double> losses = golden["plateau"]["losses"],
                            rates = golden["plateau"]["rates"];
  const ReduceOnPlateau reduce{.factor = 0.5, .patience = 2, .least_scale = 0.3};
  ReduceOnPlateau::State state;
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    CAPTURE(epoch);
    reduce.update(state, losses[epoch]);
    CHECK(0.1 * state.scale == Approx(rates[epoch]).epsilon(1e-12));
  }
}

TEST_CASE("Schedules refuse options that are out of range") {
  CHECK_THROWS_WITH(ConstantRate(-1), Contains("rate of -1"));
  CHECK_THROWS_WITH(ConstantRate(std::nan("")), Contains("rate of nan"));
  CHECK_THROWS_WITH(StepDecay(0.1, 0), Contains("0 steps"));
  CHECK_THROWS_WITH(StepDecay(0.1, 5, 1.5), Contains("factor of 1.5"));
  CHECK_THROWS_WITH(ExponentialDecay(0.1, -2, 0.5), Contains("-2 steps"));
  CHECK_THROWS_WITH(ExponentialDecay(0.1, 2, 0), Contains("factor of 0"));
  CHECK_THROWS_WITH(CosineDecay(0.1, 0), Contains("0 steps"));
  CHECK_THROWS_WITH(CosineDecay(0.1, 10, {.warmup = 10}),
                    Contains("warm-up of 10 steps out of 10"));
  CHECK_THROWS_WITH(CosineDecay(0.1, 10, {.end = -1}), Contains("rate of -1"));
  CHECK_THROWS_WITH(OneCycle(0.1, 3), Contains("3 steps are too few"));
  CHECK_THROWS_WITH(OneCycle(0.1, 20, {.rising = 1}), Contains("share of 1"));
  CHECK_THROWS_WITH(OneCycle(0.1, 20, {.end_divisor = 0}), Contains("divisor of 0"));
  CHECK_THROWS_WITH((ReduceOnPlateau{.factor = 1}).check(), Contains("factor of 1"));
  CHECK_THROWS_WITH((ReduceOnPlateau{.patience = -1}).check(), Contains("patience of -1"));
  CHECK_THROWS_WITH((ReduceOnPlateau{.threshold = 1}).check(), Contains("threshold of 1"));
  CHECK_THROWS_WITH((ReduceOnPlateau{.least_scale = 2}).check(), Contains("least scale of 2"));
}
