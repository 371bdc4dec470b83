#include "apps/search/search_print.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

#include "kernels/support/text.h"
#include "reports/search/search_charts.h"

namespace tutti {
namespace {

using nlohmann::json;

constexpr std::size_t rows_shown = 10;

json params_json(const Params& params, const std::map<std::string, Distribution>& parameters) {
  json document = json::object();
  for (const auto& [name, value] : params) document[name] = external(parameters.at(name), value);
  return document;
}

std::string number_word(const json& value) {
  return value.is_number_float() ? significant(value) : value.dump();
}

std::string counts_line(const std::vector<Trial>& trials) {
  std::ostringstream line;
  line << trials.size() << " trials";
  for (const auto state : {TrialState::complete, TrialState::pruned, TrialState::fail,
                           TrialState::running, TrialState::waiting}) {
    const auto n = std::count_if(trials.begin(), trials.end(),
                                 [&](const Trial& trial) { return trial.state == state; });
    if (n) line << ", " << n << ' ' << name(state);
  }
  return line.str();
}

/// The complete trials, best first.
std::vector<const Trial*> ranking(const SearchReport& report) {
  std::vector<const Trial*> ranked;
  for (const auto& trial : report.trials)
    if (trial.state == TrialState::complete) ranked.push_back(&trial);
  std::stable_sort(ranked.begin(), ranked.end(), [&](const Trial* a, const Trial* b) {
    return better(*a->value, *b->value, report.direction);
  });
  return ranked;
}

json trial_json(const Trial& trial, const SearchReport& report) {
  return {{"number", trial.number},
          {"state", name(trial.state)},
          {"value", trial.value ? json(*trial.value) : json()},
          {"params", params_json(trial.params, report.parameters)}};
}

void print_table(const SearchReport& report) {
  std::vector<std::string> names;
  for (const auto& [name, importance] : report.importance) names.push_back(name);
  std::cout << std::setw(7) << "trial" << std::setw(14) << report.objective;
  for (const auto& name : names) std::cout << std::setw(14) << name;
  std::cout << '\n';
  const auto ranked = ranking(report);
  for (std::size_t i = 0; i < std::min(rows_shown, ranked.size()); ++i) {
    std::cout << std::setw(7) << ranked[i]->number << std::setw(14) << value_word(ranked[i]->value);
    const json params = params_json(ranked[i]->params, report.parameters);
    for (const auto& name : names)
      std::cout << std::setw(14) << (params.contains(name) ? number_word(params[name]) : "-");
    std::cout << '\n';
  }
  std::cout << std::setw(21) << "importance";
  for (const auto& [name, importance] : report.importance)
    std::cout << std::setw(14) << fixed(importance, 2);
  std::cout << '\n';
}

}  // namespace

json to_json(const SearchReport& report, const json& test) {
  json document = {{"study", report.study},
                   {"objective", report.objective},
                   {"direction", report.direction == Direction::minimize ? "minimize" : "maximize"},
                   {"best", nullptr},
                   {"test", test},
                   {"parameters", json::object()},
                   {"importance", json::object()},
                   {"trials", json::array()}};
  for (const auto& [name, distribution] : report.parameters) {
    json& parameter = document["parameters"][name] = {
        {"log", distribution.log}, {"whole", distribution.kind == Distribution::Kind::integer}};
    if (!distribution.numerical()) parameter["choices"] = distribution.choices;
  }
  if (const Trial* best = best_trial(report.trials, report.direction))
    document["best"] = trial_json(*best, report);
  for (const auto& [name, importance] : report.importance)
    document["importance"][name] = importance;
  for (const auto& trial : report.trials) document["trials"].push_back(trial_json(trial, report));
  return document;
}

void print(const SearchReport& report, const json& test, bool as_json) {
  if (as_json) {
    std::cout << to_json(report, test).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return;
  }
  std::cout << report.study << ": " << counts_line(report.trials) << ", the best first\n\n";
  print_table(report);
  if (test.contains("accuracy"))
    std::cout << "\nThe best model on the test set: accuracy " << number_word(test["accuracy"])
              << ", loss " << number_word(test["loss"]) << '\n';
}

std::string value_word(const std::optional<double>& v) { return v ? fixed(*v, 4) : "-"; }

std::string params_words(const Params& params, const Space& space) {
  std::string words;
  for (const auto& [name, distribution, when] : space.parameters)
    if (const auto found = params.find(name); found != params.end())
      words += (words.empty() ? "" : ", ") + name + ' ' +
               number_word(external(distribution, found->second));
  return words;
}

void draw_search(const std::filesystem::path& folder, const SearchReport& report) {
  draw_search_history(folder / "search_history.png", report);
  draw_importance(folder / "search_importance.png", report);
  draw_parallel(folder / "search_parallel.png", report);
  draw_slices(folder / "search_slices.png", report);
}

}  // namespace tutti
