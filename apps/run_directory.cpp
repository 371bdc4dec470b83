#include "apps/run_directory.h"

#include <map>
#include <set>
#include <sstream>

#include "datasets/csv.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/ensemble.h"
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
  const std::string stem = file.stem().string(), member = "classifier_";
  return names.contains(file.filename().string()) ||
         (file.extension() == ".h5" && stem.starts_with(member) && stem.size() > member.size() &&
          stem.find_first_not_of("0123456789", member.size()) == std::string::npos);
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

void write_json(const fs::path& path, const json& document) {
  write_file(path, document.dump(2, ' ', false, json::error_handler_t::replace) + '\n');
}

json read_run(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Error(folder.string(), ": no such run; tutti train makes one with --out");
  if (!fs::exists(folder / "run.json"))
    throw Error(folder.string(), ": holds no run.json, so it is not the folder of a run");
  json run;
  try {
    run = json::parse(read_file(folder / "run.json"));
    if (run.at("model") != "ensemble" && run["model"] != "lstm" && run["model"] != "rnn")
      throw Error("its model '", run.at("model").dump(), "' is not known here");
    if (classes_of(run).size() < 2) throw Error("it names fewer than two classes");
  } catch (const std::exception& problem) {
    throw Error((folder / "run.json").string(), ": damaged: ", problem.what());
  }
  return run;
}

json read_run(const fs::path& folder, const std::vector<std::string>& classes) {
  if (!fs::is_directory(folder) || fs::exists(folder / "run.json")) {
    if (!classes.empty())
      throw Error("--classes: ", folder.string(), " is a run, and run.json names its classes");
    return read_run(folder);
  }
  if (member_files(folder).empty())
    throw Error(
        folder.string(),
        ": holds no run.json, so it is not the folder of a run, and no .h5 or .keras files");
  return {{"model", "ensemble"},
          {"classes", classes},
          {"data", {{"fingerprint", nullptr}}},
          {"preprocessing", json::object()}};
}

std::vector<std::string> classes_of(const json& run) {
  return run.at("classes").get<std::vector<std::string>>();
}

void write_split(const fs::path& folder, const std::vector<SplitRow>& rows) {
  std::ostringstream csv;
  csv << "path,genre,part\n";
  for (const auto& [path, genre, part] : rows)
    csv << csv_cell(path) << ',' << csv_cell(genre) << ',' << part << '\n';
  write_file(folder / "split.csv", csv.str());
}

std::map<std::string, std::string> read_parts(const fs::path& folder) {
  const fs::path path = folder / "split.csv";
  const std::string text = read_file(path);
  CsvReader reader(text, path.string());
  std::map<std::string, std::string> parts;
  while (const auto row = reader.next()) {
    if (row->cells.size() != 3)
      throw Error(path.string(), ", line ", row->line, ": has ", row->cells.size(),
                  " cells, not path, genre and part");
    parts[row->cells[0]] = row->cells[2];
  }
  return parts;
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
