#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/training/history.h"
#include "models/feature_classifier.h"
#include "reports/metrics.h"

/// A report's figures beside those of many splits.
namespace tutti {

/// Over the splits, and what the report says of it, if anything.
struct ReproducedFigure {
  std::string label;
  std::vector<double> values;  // of each split
  std::optional<double> report;

  double mean() const;
  double standard_deviation() const;  // of a sample; 0 of a single value
};

/// Of the last epoch's results and the metrics of the test set, of each split.
std::vector<ReproducedFigure> figures_of(FeatureModel model, const std::vector<EpochResult>& last,
                                         const std::vector<Metrics>& tests);

/// All splits' test sets as one; the loss is their mean.
Metrics pool(const std::vector<Metrics>& tests);

void print_figures(const std::vector<ReproducedFigure>& figures, bool with_report);
nlohmann::json to_json(const std::vector<ReproducedFigure>& figures, const Metrics& all);

}  // namespace tutti
