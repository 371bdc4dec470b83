#pragma once
#include <optional>

#include "apps/evaluation.h"
#include "apps/training/ensemble_options.h"

namespace tutti {

/// Trains and leaves a run; nothing if Ctrl-C stopped it, or if this is not the world's root. What
/// was there before is left alone until everything is known to fit.
std::optional<Evaluation> train_run(const EnsembleOptions& options);

}  // namespace tutti
