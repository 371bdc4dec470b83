#include "search/space.h"

#include <cmath>

#include "kernels/support/error.h"
#include "search/sampler.h"
#include "tests/support/catch.h"

using namespace tutti;
using nlohmann::ordered_json;

namespace {

const std::vector<Tunable> known = {
    {"lr", false, 1e-12}, {"units", true, 1}, {"layers", true, 0}, {"dense", true, 1}};

Space space_of(const char* text) { return parse_space(ordered_json::parse(text), known); }

const char* whole = R"({
  "lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": true},
  "units": {"type": "int", "low": 8, "high": 64, "step": 8},
  "layers": {"type": "categorical", "choices": [0, 1, 2]},
  "dense": {"type": "int", "low": 1, "high": 4, "when": {"layers": [1, 2]}}})";

}  // namespace

TEST_CASE("A space is read and written again") {
  const Space space = space_of(whole);
  REQUIRE(space.parameters.size() == 4);
  CHECK(space.parameters[0].name == "lr");  // in the file's order
  CHECK(space.find("units")->distribution.values() ==
        std::vector<double>{8, 16, 24, 32, 40, 48, 56, 64});
  CHECK(parse_space(to_json(space), known) == space);
}

TEST_CASE("A high that the steps do not meet is moved to the last one") {
  CHECK(space_of(R"({"units": {"type": "int", "low": 8, "high": 70, "step": 8}})")
            .parameters[0]
            .distribution.high == 64);
}

TEST_CASE("Distributions are Optuna's JSON and back") {
  for (const auto& parameter : space_of(whole).parameters)
    CHECK(from_optuna(to_optuna(parameter.distribution)) == parameter.distribution);
}

TEST_CASE("What is wrong with a space is said with its parameter") {
  const auto problem = [](const char* text, const char* words) {
    CAPTURE(text);
    CHECK_THROWS_WITH(space_of(text), Contains(words));
  };
  problem(R"({"lr": {"type": "float", "low": 1, "high": 0.1}})",
          "'lr': low 1 is above high 0.1; swap them");
  problem(R"({"speed": {"type": "float", "low": 0, "high": 1}})",
          "'speed': is not a parameter here; there are lr, units, layers, dense");
  problem(R"({"units": {"type": "categorical", "choices": []}})", "'units': has no choices");
  problem(R"({"units": {"type": "categorical", "choices": ["many"]}})", "must be a number");
  problem(R"({"units": {"type": "categorical"}})", "has no choices");
  problem(R"({"lr": {"type": "float", "low": 0, "high": 1, "log": true}})", "log needs a low");
  problem(R"({"lr": {"type": "float", "low": 0.1, "high": 1, "step": 0}})", "a step of 0");
  problem(R"({"lr": {"type": "float", "low": 0.1}})", "'high' is missing");
  problem(R"({"lr": {"type": "float", "low": "a", "high": 1}})", "'low' must be a number");
  problem(R"({"lr": {"type": "real", "low": 0.1, "high": 1}})", "int, float or categorical");
  problem(R"({"lr": {"type": "float", "low": 0.1, "hihg": 1}})", "'hihg', which is not known");
  problem(R"({"units": {"type": "float", "low": 1, "high": 2}})", "takes whole numbers");
  problem(R"({"units": {"type": "int", "low": 0, "high": 2}})", "can be 1 and more, not 0");
  problem(R"({"units": {"type": "int", "low": 1.5, "high": 2}})", "1.5 is not a whole number");
  problem(R"({"dense": {"type": "int", "low": 1, "high": 2, "when": {"layers": [1]}}})",
          "its condition is on 'layers', which does not stand before it");
  problem(R"({"dense": {"type": "int", "low": 1, "high": 2, "when": 1}})", "'when' must be like");
  problem("{}", "a parameter or more");
  problem("[1]", "a parameter or more");
  problem(R"({"lr": 3})", "must be an object");
}

TEST_CASE("Samplers keep to the space and its conditions") {
  const Space space = space_of(whole);
  for (const auto kind : {SamplerKind::tpe, SamplerKind::random}) {
    CAPTURE(name(kind));
    const auto sampler = make_sampler(kind);
    std::vector<Trial> trials;
    int absent = 0;
    for (int n = 0; n < 60; ++n) {
      RandomStream stream = RandomStream(3).derive(static_cast<std::uint64_t>(n));
      auto& trial = trials.emplace_back();
      trial.number = n;
      trial.params =
          *sampler->suggest(space, {trials.begin(), trials.end() - 1}, Direction::minimize, stream);
      trial.state = TrialState::complete;
      trial.value = trial.params.at("units") + trial.params.at("layers");
      for (const auto& [parameter, value] : trial.params) {
        const Distribution& d = space.find(parameter)->distribution;
        if (d.numerical())
          CHECK((d.rounded(value) == Approx(value) && value >= d.low && value <= d.high));
        else
          CHECK((value >= 0 && value < 3 && value == std::floor(value)));
      }
      const bool there = trial.params.contains("dense");
      CHECK(there == (trial.params.at("layers") != 0));
      absent += !there;
    }
    CHECK(absent > 5);
  }
}

TEST_CASE("The grid sampler tries every combination once") {
  const Space space = space_of(R"({
    "units": {"type": "int", "low": 8, "high": 24, "step": 8},
    "layers": {"type": "categorical", "choices": [0, 1, 2]},
    "dense": {"type": "int", "low": 1, "high": 4, "when": {"layers": [1, 2]}}})");
  std::vector<Trial> trials;
  RandomStream stream(5);
  while (auto params = GridSampler().suggest(space, trials, Direction::minimize, stream)) {
    for (const auto& trial : trials) CHECK(trial.params != *params);
    auto& trial = trials.emplace_back();
    trial.params = *params;
    trial.state = TrialState::complete;
    REQUIRE(trials.size() <= 27);
  }
  CHECK(trials.size() == 27);  // 3 units x (1 + 2 x 4)
  CHECK_THROWS_WITH(GridSampler().suggest(space_of(whole), {}, Direction::minimize, stream),
                    Contains("cannot count the values of 'lr'"));
}
