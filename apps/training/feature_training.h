#pragma once
#include <optional>

#include "apps/evaluation.h"
#include "apps/run_directory.h"
#include "apps/training/feature_options.h"

namespace tutti {

/// Trains and leaves a run; nothing if Ctrl-C stopped it. What was there before is left
/// alone until everything is known to fit.
std::optional<Evaluation> train_run(const FeatureOptions& options, const RunOptions& run);

}  // namespace tutti
