#include "apps/run_directory.h"

#include <set>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/ensemble.h"
#include "models/mel/mel_ensemble.h"
#include "reports/charts.h"
#include "reports/metrics_json.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

bool belongs_to_a_run(const fs::path& file) {
  static const std::set<std::string> names = {"run.json",      "split.csv",    "history.csv",
                                              "metrics.json",  "model.h5",     "confusion.csv",
                                              "confusion.png", "accuracy.png", "loss.png"};
  return names.contains(file.filename().string()) || member_number(file) || is_mel_network(file);
}

void write_json(const fs::path& path, const json& document) {
  write_file(path, document.dump(2, ' ', false, json::error_handler_t::replace) + '\n');
}

}  // namespace

void expect_new_run(const fs::path& folder, bool force) {
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder)) throw Error(folder.string(), ": is a file; --out takes a folder");
  if (!force && !fs::is_empty(folder))
    throw Error(folder.string(),
                ": already holds files; choose another --out, or --force to replace the run in it");
}

void prepare_run(const fs::path& folder, bool force) {
  expect_new_run(folder, force);
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw Error("cannot make the folder ", folder.string(), ": ", problem.message());
  for (const auto& entry : fs::directory_iterator(folder))
    if (belongs_to_a_run(entry.path())) fs::remove(entry.path());
}

void write_run(const RunFile& file, const TrainingRecord& training) {
  json run = to_json(file);
  run["command"] = std::string("train ") + name(file.kind);
  run["options"].update(training.options);
  run["seed"] = training.seed;
  run["device"] = name(training.device);
  run["versions"] = {{"tutti", TUTTI_VERSION}};
  run["data"].update(training.data);
  write_json(file.path(), run);
}

void write_curves(const fs::path& folder, const History& history, const std::string& title) {
  write_file(folder / "history.csv", history_csv(history));
  if (history.empty()) return;
  draw_accuracy(folder / "accuracy.png", history, title);
  draw_loss(folder / "loss.png", history, title);
}

void write_metrics(const fs::path& folder, const Metrics& metrics, const json& document,
                   const std::string& title) {
  write_json(folder / "metrics.json", document);
  write_file(folder / "confusion.csv", confusion_csv(metrics));
  draw_confusion(folder / "confusion.png", metrics, title);
}

}  // namespace tutti
