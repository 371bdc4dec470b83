#pragma once
#include <filesystem>
#include <optional>

#include "apps/evaluation.h"
#include "apps/feature_options.h"

namespace tutti {

/// Trains and leaves a run in `out`; nothing if Ctrl-C stopped it. What was there before is left
/// alone until everything is known to fit.
std::optional<Evaluation> train_run(const FeatureOptions& options, const std::filesystem::path& out,
                                    bool force);

}  // namespace tutti
