#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "search/importance.h"
#include "search/parzen.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using nlohmann::json;

namespace {

const json& numbers() {
  static const json document = json::parse(std::ifstream(tutti::test::golden("tpe.json")));
  return document;
}

Direction direction_of(const json& document) {
  return document["direction"] == "maximize" ? Direction::maximize : Direction::minimize;
}

std::vector<Trial> trials_of(const json& list) {
  std::vector<Trial> trials;
  for (const auto& document : list) {
    auto& trial = trials.emplace_back();
    trial.number = document["number"];
    trial.state = document["state"] == "COMPLETE" ? TrialState::complete
                  : document["state"] == "PRUNED" ? TrialState::pruned
                                                  : TrialState::running;
    if (!document["value"].is_null()) trial.value = document["value"].get<double>();
    trial.params = document["params"].get<Params>();
    for (const auto& pair : document["intermediate"]) trial.intermediate[pair[0]] = pair[1];
  }
  return trials;
}

std::vector<std::int64_t> numbers_of(const std::vector<const Trial*>& trials) {
  std::vector<std::int64_t> all;
  for (const Trial* trial : trials) all.push_back(trial->number);
  return all;
}

std::vector<double> observed(const std::vector<const Trial*>& trials, const std::string& name) {
  std::vector<double> values;
  for (const Trial* trial : trials)
    if (trial->params.contains(name)) values.push_back(trial->params.at(name));
  return values;
}

}  // namespace

TEST_CASE("TPE divides trials into good and bad as Optuna does") {
  for (const auto& one : numbers()["cases"]) {
    const auto trials = trials_of(one["trials"]);
    const TpeSplit split = split_for_tpe(trials, direction_of(one));
    CHECK(numbers_of(split.below) == one["below"].get<std::vector<std::int64_t>>());
    CHECK(numbers_of(split.above) == one["above"].get<std::vector<std::int64_t>>());
  }
}

TEST_CASE("TPE's densities are Optuna's") {
  for (const auto& one : numbers()["cases"]) {
    const auto trials = trials_of(one["trials"]);
    const TpeSplit split = split_for_tpe(trials, direction_of(one));
    for (const auto& expected : one["densities"]) {
      const std::string name = expected["name"];
      CAPTURE(name, trials.size());
      const Distribution d = from_optuna(numbers()["distributions"][name]);
      const ParzenEstimator good(d, observed(split.below, name));
      const ParzenEstimator bad(d, observed(split.above, name));
      for (std::size_t i = 0; i < expected["at"].size(); ++i) {
        const double at = expected["at"][i];
        CAPTURE(at);
        CHECK(good.log_density(at) == Approx(expected["below"][i].get<double>()).epsilon(1e-9));
        CHECK(bad.log_density(at) == Approx(expected["above"][i].get<double>()).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("The median pruner decides as Optuna's") {
  for (const auto& one : numbers()["pruning"]) {
    const auto trials = trials_of(one["trials"]);
    int pruned = 0;
    for (const auto& decision : one["decisions"]) {
      const std::size_t number = decision[0];
      const std::int64_t step = decision[1];
      CAPTURE(number, step);
      Trial trial = trials[number];
      std::erase_if(trial.intermediate, [&](const auto& pair) { return pair.first > step; });
      const std::vector<Trial> before(trials.begin(),
                                      trials.begin() + static_cast<std::ptrdiff_t>(number));
      CHECK(median_prunes(trial, before, direction_of(one)) == decision[2].get<bool>());
      pruned += decision[2].get<bool>();
    }
    CHECK(pruned > 5);
  }
}

TEST_CASE("A trial whose values are all NaN is pruned") {
  std::vector<Trial> before(5);
  for (auto& trial : before) {
    trial.state = TrialState::complete;
    trial.intermediate[0] = 0.5;
  }
  Trial trial;
  trial.intermediate[0] = std::nan("");
  CHECK(median_prunes(trial, before, Direction::maximize));
  before.pop_back();
  CHECK_FALSE(median_prunes(trial, before, Direction::maximize));
}

TEST_CASE("The importance of parameters is PED-ANOVA's, as in Optuna") {
  std::map<std::string, Distribution> parameters;
  for (const auto& [name, document] : numbers()["distributions"].items())
    parameters[name] = from_optuna(document);
  for (const auto& one : numbers()["importance"]) {
    const auto found = importances(trials_of(one["trials"]), parameters, direction_of(one));
    REQUIRE(found.size() == parameters.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(found[i].first);
      CHECK(found[i].second ==
            Approx(one["importance"][found[i].first].get<double>()).epsilon(1e-6));
      CHECK((i == 0 || found[i - 1].second >= found[i].second));
    }
  }
}

TEST_CASE("Draws from the density follow it") {
  RandomStream stream(7);
  for (const auto& [name, document] : numbers()["distributions"].items()) {
    const Distribution d = from_optuna(document);
    const auto possible = d.values();
    if (possible.empty() || possible.size() > 100) continue;
    CAPTURE(name);
    const ParzenEstimator density(d, {possible[1], possible[1], possible[2]});
    std::map<double, int> counts;
    constexpr int draws = 20000;
    for (int i = 0; i < draws; ++i) ++counts[density.sample(stream)];
    double sum = 0;
    for (const double value : possible) {
      const double p = std::exp(density.log_density(value));
      sum += p;
      CHECK(std::abs(counts[value] - p * draws) < 5 * std::sqrt(p * draws) + 5);
    }
    CHECK(sum == Approx(1));
  }
}
