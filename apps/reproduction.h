#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "datasets/splits/split_plan.h"
#include "engine/training/history.h"
#include "models/feature_classifier.h"
#include "reports/metrics.h"

/// A report's figures beside those of many splits.
namespace tutti {

/// How many splits there are, and whether they are folds.
struct SplitCount {
  int seeds, folds = 0;  // no folds: splits of as many seeds

  void add_to(CLI::App& command);
  const char* unit() const { return folds ? "folds" : "splits"; }
};

/// The splits: each by the seed after the last one's; or folds, with that share of the rest of each
/// to validate on. An Error if they leave none to test on.
std::vector<ThreeWaySplit> splits_of(const SplitCount& count, const SplitPlan& plan,
                                     const SplitData& data, double test_share,
                                     double validation_share_of_rest, std::uint64_t seed);

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
/// Of the metrics alone, of a model without a report.
std::vector<ReproducedFigure> figures_of(const std::vector<Metrics>& tests);

/// All splits' test sets as one; the loss is their mean.
Metrics pool(const std::vector<Metrics>& tests);

void print_figures(const std::vector<ReproducedFigure>& figures, bool with_report);
nlohmann::json to_json(const std::vector<ReproducedFigure>& figures, const Metrics& all);

}  // namespace tutti
