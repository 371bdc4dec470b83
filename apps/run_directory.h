#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/training/history.h"
#include "kernels/device.h"
#include "models/run/file.h"
#include "models/run/preprocessing.h"
#include "models/run/split_file.h"
#include "reports/metrics.h"

/// Writes a run directory: everything about one training. models/run.h reads it.
///   run.json  split.csv  classifier_K.h5 or model.h5  history.csv  metrics.json
///   confusion.csv  confusion.png  accuracy.png  loss.png
namespace tutti {

/// Makes the folder ready for a new run. If it holds anything, an Error without `force`; with it,
/// the files of an older run are removed, and no others.
void prepare_run(const std::filesystem::path& folder, bool force);
/// An Error if prepare_run would refuse; changes nothing.
void expect_new_run(const std::filesystem::path& folder, bool force);

/// What trained a model, for people and for repeating it.
struct TrainingRecord {
  nlohmann::json options;
  std::uint64_t seed;
  Device device;
  nlohmann::json data;  // where it is and how much
};
/// Writes run.json into the run's folder.
void write_run(const RunFile& file, const TrainingRecord& training);

void write_curves(const std::filesystem::path& folder, const History& history,
                  const std::string& title);
void write_metrics(const std::filesystem::path& folder, const Metrics& metrics,
                   const nlohmann::json& document, const std::string& title);

}  // namespace tutti
