#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "apps/common.h"
#include "engine/distributed/calls.h"
#include "engine/training/history.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "search/study.h"

/// What the commands of `tutti tune` share: their options, and the search itself.
namespace tutti {

/// What a trial is ranked by, after its last epoch.
enum class Objective { val_accuracy, val_loss };
template <>
inline constexpr EnumNames<Objective> enum_names<Objective> = {
    "an objective", {{Objective::val_accuracy, "val_accuracy"}, {Objective::val_loss, "val_loss"}}};

struct SearchOptions {
  void add_to(CLI::App& command);
  Direction direction() const;
  /// The space of --space, or the one given.
  Space space(const nlohmann::ordered_json& original, const std::vector<Tunable>& tunables) const;

  std::string out, space_file, storage;
  Objective objective = Objective::val_accuracy;
  SamplerKind sampler = SamplerKind::tpe;
  Pruner pruner = Pruner::median;
  std::int64_t trials = 50, jobs = 8;
  double timeout = 0;  // seconds; 0: none
  bool resume = false;
};

/// A trial in training. After every epoch `report` keeps its results and says whether it goes on.
class TrialRun {
 public:
  /// `known` are the trials that its pruner sees, as they are at the time.
  TrialRun(Trial trial, const std::vector<Trial>& known, const SearchOptions& options)
      : trial_(std::move(trial)), known_(&known), options_(&options) {}

  /// Results on each split.
  bool report(const std::vector<EpochResult>& splits);
  /// After the last epoch; `error` if it failed.
  void finish(const std::string& error);

  const Trial& trial() const { return trial_; }
  bool finished() const { return finished_; }
  const History& history() const { return history_; }

 private:
  Trial trial_;
  const std::vector<Trial>* known_;
  const SearchOptions* options_;
  History history_;
  bool finished_ = false;
};

/// What a command searches. The root of the world searches; the others do what it calls.
struct Search {
  std::string model;
  Space space;
  nlohmann::json settings;  // what must not change between the processes of a study
  std::uint64_t seed;
  CommonOptions common;
  /// Trains the trials under way further, at least an epoch each; those without a history are new.
  /// Returns early when interrupted.
  std::function<void(std::vector<TrialRun>&)> train;
  /// Trains the best trial's parameters into the folder, as `tutti train` does: what it came to on
  /// the test set, or null if it was stopped.
  std::function<nlohmann::json(const Params&)> train_best;
  Calls calls = {};
};

/// Runs trials until the study holds as many as asked for; writes the study, the trials' histories,
/// the best model and the pictures; returns the exit status.
int run_search(const SearchOptions& options, Search& search);

/// The study in a folder, as `tune --json` prints it; null if it holds none.
nlohmann::json study_json(const std::filesystem::path& folder);

/// Prints the study in a folder.
int report_search(const std::filesystem::path& folder, bool json);

}  // namespace tutti
