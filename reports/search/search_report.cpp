#include "reports/search/search_report.h"

#include <cmath>

#include "search/importance.h"

namespace tutti {

SearchReport describe(Study& study) {
  SearchReport report;
  report.study = study.name();
  report.objective = study.settings().is_null() ? "value" : study.settings().at("objective");
  report.direction = study.direction();
  report.trials = study.trials();
  report.parameters = study.distributions();
  report.importance = importances(report.trials, report.parameters, report.direction);
  return report;
}

std::vector<const Trial*> trials_with_value(const SearchReport& report) {
  std::vector<const Trial*> complete;
  for (const auto& trial : report.trials)
    if (trial.value && std::isfinite(*trial.value) &&
        (trial.state == TrialState::complete || trial.state == TrialState::pruned))
      complete.push_back(&trial);
  return complete;
}

}  // namespace tutti
