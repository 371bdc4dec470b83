#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "models/vote.h"
#include "reports/metrics.h"

namespace tutti {

/// What a model makes of labeled examples.
struct Evaluation {
  Metrics metrics;                            // of the vote
  std::vector<double> members;                // accuracy of each; none of a model without a vote
  std::optional<double> out_of_bag_accuracy;  // known from training
  std::string unit;                           // what the examples are: "pictures"
  std::vector<std::int32_t> labels, named;    // [n]: the true genres, and the vote's
  std::vector<float> probabilities;           // [n, classes]: of the vote by mean
};

/// Of probabilities [members, n, classes], and those of their vote, against labels [n]. Without a
/// rule there is one member, which has no vote.
Evaluation evaluate(const Tensor& scores, std::vector<float> probabilities,
                    const std::vector<std::int32_t>& labels,
                    const std::vector<std::string>& classes, const std::string& unit,
                    std::optional<Vote> rule = {});

/// predictions.csv: the columns path, truth, genre, probability (of that genre) and the probability
/// of each class.
std::string predictions_csv(const Evaluation& evaluation, const std::vector<std::string>& names);

/// The keys of metrics.json and `evaluate --json`.
nlohmann::json to_json(const Evaluation& evaluation);

/// Accuracies, the genres' rates and the confusion matrix as text.
std::string to_text(const Evaluation& evaluation);

}  // namespace tutti
