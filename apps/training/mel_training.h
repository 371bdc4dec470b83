#pragma once
#include <optional>

#include "apps/evaluation.h"
#include "apps/training/mel_options.h"

namespace tutti {

/// Trains, fits the temperature and leaves a run; nothing if Ctrl-C stopped it. What was there
/// before is left alone until everything is known to fit.
std::optional<Evaluation> train_run(const MelOptions& options);

}  // namespace tutti
