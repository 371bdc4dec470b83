#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/evaluation.h"
#include "datasets/media_files.h"
#include "engine/training/training.h"
#include "kernels/device.h"
#include "kernels/support/folder_lock.h"
#include "models/run.h"
#include "models/run/file.h"
#include "models/run/preprocessing.h"
#include "models/run/split_file.h"

/// Writes a run directory: everything about one training. models/run.h reads it.
///   run.json  split.csv  classifier_K.h5 or model.h5  history.csv  metrics.json
///   predictions.csv  confusion.csv  confusion.png  calibration.png  accuracy.png  loss.png
///   report.html
/// and while it is not finished checkpoint.safetensors.
namespace tutti {

/// What trained a model, for people and for repeating it.
struct TrainingRecord {
  nlohmann::json options;
  std::uint64_t seed;
  Device device;
  nlohmann::json data;  // where it is and how much
};

/// Names in split.csv and run.json, with forward slashes.
std::vector<std::string> names_of(const std::vector<std::filesystem::path>& paths);
std::vector<std::string> names_of(const std::vector<BadFile>& files);
std::vector<std::string> at_rows(const std::vector<std::string>& names,
                                 const std::vector<std::int32_t>& rows);

/// Where a run goes.
struct RunOptions {
  void add_to(CLI::App& command, const std::string& what);
  /// See TrainOptions.
  std::int64_t shards_or_none() const { return data_parallel ? shards : 0; }

  std::filesystem::path out;
  bool force = false;   // replace a run that is there
  bool resume = false;  // go on with one that was interrupted
  double checkpoint_minutes = 10;
  bool data_parallel = false;
  std::int64_t shards = 8;       // of a batch, if it is data-parallel
  std::string tensorboard = {};  // the folder of its logs; empty: none
  bool tensorboard_members = false;
  bool wait = false;  // for another process that trains there, instead of an Error
};

/// A run's folder while it is trained in, by this process alone or by all of the world, of which
/// the root writes: what writes does nothing elsewhere.
class RunFolder {
 public:
  /// Changes nothing yet. An Error if the folder holds files and is not to be replaced, unless they
  /// are those of a run to resume; or if another process trains there.
  explicit RunFolder(RunOptions options);
  bool writes() const { return lock_.has_value(); }

  /// Of a run to resume, its last checkpoint, if it has one. An Error if the run has ended, or says
  /// which option or data is another than this training's, or than the root's.
  std::optional<TrainCheckpoint> checkpoint(const RunFile& file,
                                            const TrainingRecord& training) const;
  /// Removes the files of an older run, and no others, and writes what is known before training. Of
  /// all of the world: nothing is removed before all have come here.
  void begin(RunFile file, const TrainingRecord& training,
             const std::vector<SplitRow>& split) const;
  /// Keeps checkpoints: after every epoch, when stopped, and every so many minutes.
  void keep_checkpoints(TrainObserver& observer) const;
  /// Logs every epoch for TensorBoard, if that was asked for; `before` are those of a training that
  /// is resumed.
  void log_epochs(TrainObserver& observer, const History& before) const;
  /// Everything is written: the run has ended.
  void end(RunFile file, const TrainingRecord& training) const;

 private:
  nlohmann::json description(const RunFile& file, const TrainingRecord& training) const;
  void remove_leftovers() const;
  /// An Error if logs for TensorBoard are wanted where they cannot be written.
  void expect_logs() const;

  RunOptions options_;
  std::optional<FolderLock> lock_;  // of the root
};

/// Says on stderr if the run's training has not ended.
void note_unfinished(const Run& run);
/// Says on stderr that Ctrl-C ended a training, and how it goes on.
void print_stopped(const std::filesystem::path& run, const History& history);

void write_curves(const std::filesystem::path& folder, const History& history,
                  const std::string& title);
/// What the model makes of the examples of these names.
void write_metrics(const std::filesystem::path& folder, const Evaluation& evaluation,
                   const std::vector<std::string>& names, const std::string& title);

}  // namespace tutti
