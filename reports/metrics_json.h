#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "engine/training/history.h"
#include "reports/metrics.h"

namespace tutti {

/// Keys: accuracy, loss, classes, confusion (rows true, columns predicted) and per_class, an object
/// by genre name of precision, recall, true_positive_rate, false_positive_rate and f1.
nlohmann::json to_json(const Metrics& metrics);

/// A header "true\predicted,<genre>…", then a row of counts for each true genre.
std::string confusion_csv(const Metrics& metrics);

/// One row per epoch and member: epoch from 1, member from 0, loss, accuracy, val_loss,
/// val_accuracy. Numbers are the shortest that read back exactly; NaN is an empty cell.
std::string history_csv(const History& history);

}  // namespace tutti
