#pragma once
#include <cstdint>
#include <string>

#include "apps/common.h"
#include "apps/run_directory.h"
#include "datasets/spectrogram_tree.h"
#include "models/genre_cnn.h"
#include "models/vote.h"

namespace tutti {

/// How an ensemble is trained, with the published values as defaults.
struct EnsembleOptions {
  /// All but --from and the run's.
  void add_to(CLI::App& command);

  CommonOptions common;
  std::string data, from;
  RunOptions run;
  std::int64_t members = 5;
  double bootstrap = 0.9, learning_rate = 1e-4, train_fraction = 0.8;
  int epochs = 15, batch = 32;
  SplitPlan split;
  std::uint64_t seed = 54;
  PixelNormalization normalize = PixelNormalization::standardize;
  Vote vote = Vote::mean;
  bool skip_bad = false;
};

SpectrogramTree load_pictures(const EnsembleOptions& options);
/// Their parts, with a share of those not tested on to validate on.
ThreeWaySplit split_pictures(const EnsembleOptions& options, const SpectrogramTree& tree,
                             double validation);

}  // namespace tutti
