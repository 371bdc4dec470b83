#include "apps/run_directory.h"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <set>

#include "apps/common.h"
#include "apps/help.h"
#include "apps/run_report.h"
#include "apps/training/training_log.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"
#include "models/ensemble.h"
#include "models/mel/mel_ensemble.h"
#include "models/run/checkpoint.h"
#include "reports/charts.h"
#include "reports/metrics_json.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

bool belongs_to_a_run(const fs::path& file) {
  static const std::set<std::string> names = {
      "run.json",        "split.csv",   "history.csv",           "metrics.json",  "model.h5",
      "predictions.csv", "report.html", "confusion.csv",         "confusion.png", "calibration.png",
      "accuracy.png",    "loss.png",    "checkpoint.safetensors"};
  return names.contains(file.filename().string()) || member_number(file) || is_mel_network(file);
}

void write_json(const fs::path& path, const json& document) {
  write_file(path, document.dump(2, ' ', false, json::error_handler_t::replace) + '\n');
}

/// An Error if a field of an object is not as in the run.
void expect_same(const fs::path& run, const std::string& field, const json& there,
                 const json& here) {
  if (there == here) return;
  if (there.is_object() && here.is_object())
    for (const auto& [key, value] : here.items())
      expect_same(run, key, there.contains(key) ? there[key] : json(), value);
  throw Error(run.string(), ": cannot be resumed: it was trained with ", field, ' ', there.dump(),
              ", not ", here.dump());
}

void expect_same_training(const fs::path& run, const json& there, const json& here) {
  for (const char* field : {"command", "versions", "seed", "device", "precision", "options"})
    expect_same(run, field, there.value(field, json()), here.value(field, json()));
  if (there["data"]["fingerprint"] != here["data"]["fingerprint"])
    throw Error(run.string(), ": cannot be resumed: it was trained on other data");
}

}  // namespace

void RunOptions::add_to(CLI::App& command, const std::string& what) {
  const OptionGroup group(command, "The run");
  command.add_option("--out", out, "Folder for the run: " + what + ", history, metrics, pictures")
      ->required()
      ->type_name("RUN");
  auto* replace = command.add_flag("--force", force, "Replace a run that is already in RUN");
  command
      .add_flag("--resume", resume,
                "Go on with the run in RUN, if its training was interrupted, to the same result as "
                "if it had not been. Data and options must be the same")
      ->excludes(replace);
  command
      .add_option("--checkpoint-minutes", checkpoint_minutes,
                  "Keep a state to resume from every so many minutes, besides after every epoch")
      ->check(above_zero)
      ->capture_default_str();
  auto* sharded =
      command.add_flag("--data-parallel", data_parallel,
                       "Under mpirun or srun, deal out each batch to the processes instead of the "
                       "members (of CNNs, not of networks on statistics)");
  command
      .add_option(
          "--shards", shards,
          "Parts that a batch is cut into for that. Results depend on it, not on the number "
          "of processes; batch normalization sees a part at a time")
      ->check(CLI::Range(1, 4096))
      ->needs(sharded)
      ->capture_default_str();
  auto* logs = command
                   .add_option("--tensorboard", tensorboard,
                               "Log training to DIR for TensorBoard while it runs: curves, then "
                               "options, test accuracy and confusion matrix")
                   ->type_name("DIR");
  command
      .add_flag("--tensorboard-members", tensorboard_members, "Log every member's curves as well")
      ->needs(logs);
}

RunFolder::RunFolder(RunOptions options) : options_(std::move(options)) {
  if (!world().root()) return;
  lock_.emplace(options_.out, options_.wait ? FolderLock::IfHeld::wait : FolderLock::IfHeld::fail);
  if (options_.resume) remove_unfinished_files(options_.out);
  const bool resumes = options_.resume && fs::exists(options_.out / "run.json");
  if (!options_.force && !resumes && !fs::is_empty(options_.out))
    throw Error(options_.out.string(), ": already holds files",
                options_.resume ? " and no run.json, so no run to resume; choose another --out"
                                : "; choose another --out, --force to replace the run in it, or "
                                  "--resume to go on with it");
  expect_logs();
}

void RunFolder::expect_logs() const {
  const fs::path logs = options_.tensorboard;
  std::error_code problem;
  if (!logs.empty()) fs::create_directories(logs, problem);
  if (!logs.empty() && (problem || ::access(logs.c_str(), W_OK) != 0))
    throw Error("--tensorboard ", logs.string(), ": is not a folder that can be written to");
}

json RunFolder::description(const RunFile& file, const TrainingRecord& training) const {
  json run = to_json(file);
  run["command"] = std::string("train ") + name(file.kind);
  run["options"].update(training.options);
  if (options_.data_parallel) run["options"]["shards"] = options_.shards;
  run["seed"] = training.seed;
  run["device"] = name(training.device);
  if (training.device == Device::cuda || training.device == Device::simt)
    run["precision"] = name(precision());
  run["versions"] = {{"tutti", TUTTI_VERSION}};
  run["data"].update(training.data);
  return run;
}

std::optional<TrainCheckpoint> RunFolder::checkpoint(const RunFile& file,
                                                     const TrainingRecord& training) const {
  json here = description(file, training);
  here["data"].erase("path");  // of each machine
  expect_same("the training", here.dump(1, ' ', false, json::error_handler_t::replace));
  const bool resumes = writes() && options_.resume && fs::exists(file.path());
  if (!world().any(resumes ? 1 : 0)) return std::nullopt;
  if (read_run_file(options_.out).state == RunState::finished) {
    remove_leftovers();
    throw Error(options_.out.string(), ": its training has ended; there is nothing to resume");
  }
  expect_same_training(options_.out, parse_json(read_file(file.path()), file.path().string()),
                       here);
  return read_checkpoint(options_.out);
}

void RunFolder::begin(RunFile file, const TrainingRecord& training,
                      const std::vector<SplitRow>& split) const {
  world().any(0);  // all have read what may now be replaced
  if (!writes()) return;
  // Killed after any of these, the folder can be resumed, and never from another run's state.
  remove_leftovers();
  file.state = RunState::training;
  write_json(file.path(), description(file, training));
  for (const auto& entry : fs::directory_iterator(options_.out))
    if (belongs_to_a_run(entry.path()) && entry.path().filename() != "run.json")
      fs::remove(entry.path());
  write_split_file(options_.out, split);
}

void RunFolder::keep_checkpoints(TrainObserver& observer) const {
  using Clock = std::chrono::steady_clock;
  const auto last = std::make_shared<Clock::time_point>(Clock::now());
  observer.on_checkpoint = [last, run = options_.out](const TrainCheckpoint& checkpoint) {
    write_checkpoint(run, checkpoint);
    *last = Clock::now();
  };
  observer.checkpoint_due = [last, minutes = options_.checkpoint_minutes] {
    return Clock::now() - *last >= std::chrono::duration<double, std::ratio<60>>(minutes);
  };
}

void RunFolder::log_epochs(TrainObserver& observer, const History& before) const {
  if (options_.tensorboard.empty() || !writes()) return;
  const auto log =
      std::make_shared<TrainingLog>(options_.tensorboard, options_.tensorboard_members, before);
  observer.on_epoch = [log, others = observer.on_epoch](int epoch,
                                                        const std::vector<EpochResult>& members) {
    if (others) others(epoch, members);
    log->epoch(members);
  };
}

void RunFolder::end(RunFile file, const TrainingRecord& training) const {
  if (!options_.tensorboard.empty())
    log_result(options_.tensorboard, training.options,
               parse_json(read_file(options_.out / "metrics.json"), "metrics.json"),
               options_.out / "confusion.png");
  file.state = RunState::finished;
  write_report(options_.out, description(file, training));
  file.checksums = checksums_of(options_.out);
  write_json(file.path(), description(file, training));
  remove_leftovers();
}

void RunFolder::remove_leftovers() const {
  if (!writes()) return;
  remove_checkpoint(options_.out);
  remove_unfinished_files(options_.out);
}

void note_unfinished(const Run& run) {
  if (const auto epochs = run.unfinished_after())
    std::cerr << "tutti: note: the training of " << run.file().folder.string()
              << " has not ended; this is its model after epoch " << *epochs << '\n';
}

void print_stopped(const fs::path& run, const History& history) {
  if (history.empty())
    std::cerr << "tutti: stopped; the same command with --resume starts again\n";
  else
    std::cerr << "tutti: stopped; " << run.string() << " holds the state after epoch "
              << history.size() << ", and the same command with --resume goes on from there\n";
}

std::vector<std::string> names_of(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(path.generic_string());
  return names;
}

std::vector<std::string> names_of(const std::vector<BadFile>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.path.generic_string());
  return names;
}

std::vector<std::string> at_rows(const std::vector<std::string>& names,
                                 const std::vector<std::int32_t>& rows) {
  std::vector<std::string> some;
  for (const auto row : rows) some.push_back(names[static_cast<std::size_t>(row)]);
  return some;
}

void write_curves(const fs::path& folder, const History& history, const std::string& title) {
  write_file(folder / "history.csv", history_csv(history));
  if (history.empty()) return;
  draw_accuracy(folder / "accuracy.png", history, title);
  draw_loss(folder / "loss.png", history, title);
}

void write_metrics(const fs::path& folder, const Evaluation& evaluation,
                   const std::vector<std::string>& names, const std::string& title) {
  const Metrics& metrics = evaluation.metrics;
  write_json(folder / "metrics.json", to_json(evaluation));
  write_file(folder / "predictions.csv", predictions_csv(evaluation, names));
  write_file(folder / "confusion.csv", confusion_csv(metrics));
  draw_confusion(folder / "confusion.png", metrics, title);
  draw_calibration(folder / "calibration.png", metrics, title);
}

}  // namespace tutti
