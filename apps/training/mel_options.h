#pragma once
#include <string>

#include "apps/common.h"
#include "apps/run_directory.h"
#include "models/mel/mel_ensemble.h"

namespace tutti {

/// How models of mel pictures are trained.
struct MelOptions {
  /// All but the run's.
  void add_to(CLI::App& command);

  CommonOptions common;
  std::string data, from;
  RunOptions run;
  MelRecipe recipe;
  double test = 0.2, validation = 0.1;
  int folds = 0;  // in place of both
  SplitPlan split;
  bool skip_bad = false;
};

}  // namespace tutti
