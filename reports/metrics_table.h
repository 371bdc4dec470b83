#pragma once
#include <string>

#include "reports/metrics.h"

namespace tutti {

/// Plain text for a terminal, aligned by code points. Long names end in "…".

/// The confusion matrix: rows true genres with their totals and recall, columns predicted genres.
std::string confusion_table(const Metrics& metrics);

/// Per genre: precision, recall (the true positive rate), false positive rate, F1, and support, the
/// number of its examples.
std::string class_table(const Metrics& metrics);

}  // namespace tutti
