#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "models/ensemble.h"
#include "reports/metrics.h"

namespace tutti {

/// What an ensemble makes of some examples.
struct EnsembleReport {
  Metrics metrics;                            // of the vote
  std::vector<double> members;                // accuracy of each
  std::optional<double> out_of_bag_accuracy;  // known from training
};

EnsembleReport judge(const Ensemble& ensemble, const Examples& examples,
                     const std::vector<std::string>& classes, Vote rule);

/// The keys of metrics.json and `evaluate --json`.
nlohmann::json to_json(const EnsembleReport& report);

/// Accuracies, the genres' rates and the confusion matrix as text.
std::string to_text(const EnsembleReport& report);

Vote vote_named(const std::string& name);

}  // namespace tutti
