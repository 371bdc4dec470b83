#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "apps/common.h"
#include "apps/ensemble_report.h"
#include "datasets/spectrogram_tree.h"

namespace tutti {

/// How an ensemble is trained, with the published values as defaults.
struct EnsembleOptions {
  /// All but --out, --from and --force.
  void add_to(CLI::App& command);

  CommonOptions common;
  std::string data, out, from;
  std::int64_t members = 5;
  double bootstrap = 0.9, learning_rate = 1e-4, train_fraction = 0.8;
  int epochs = 15, batch = 32;
  std::uint64_t seed = 54;
  std::string normalize = "standardize", vote = "mean";
  bool force = false, skip_bad = false;
};

Normalization normalization_named(const std::string& name);
SpectrogramTree load_pictures(const EnsembleOptions& options);

/// Trains and leaves a run in `out`; nothing if Ctrl-C stopped it.
std::optional<EnsembleReport> train_run(const EnsembleOptions& options);

}  // namespace tutti
