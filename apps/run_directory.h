#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/training/history.h"
#include "reports/metrics.h"

/// A run directory: everything about one training.
///   run.json  split.csv  classifier_K.h5 or model.h5  history.csv  metrics.json
///   confusion.csv  confusion.png  accuracy.png  loss.png
namespace tutti {

/// Makes the folder ready for a new run. If it holds anything, an Error without `force`; with it,
/// the files of an older run are removed, and no others.
void prepare_run(const std::filesystem::path& folder, bool force);
/// An Error if prepare_run would refuse; changes nothing.
void expect_new_run(const std::filesystem::path& folder, bool force);

void write_json(const std::filesystem::path& path, const nlohmann::json& document);

/// run.json of a finished or unfinished run; an Error says what is missing if it is none.
nlohmann::json read_run(const std::filesystem::path& folder);
/// The same, or, of a folder with Keras files and no run.json, an ensemble of them with these
/// classes.
nlohmann::json read_run(const std::filesystem::path& folder,
                        const std::vector<std::string>& classes);
/// The genres a run was trained on, in its order.
std::vector<std::string> classes_of(const nlohmann::json& run);

/// split.csv: path (or name), genre and part (train, validation or test) of every example, so that
/// anything can use the same parts.
struct SplitRow {
  std::string path, genre, part;
};
void write_split(const std::filesystem::path& folder, const std::vector<SplitRow>& rows);
/// The part of every example that split.csv lists, by its path or name.
std::map<std::string, std::string> read_parts(const std::filesystem::path& folder);
void write_curves(const std::filesystem::path& folder, const History& history,
                  const std::string& title);
void write_metrics(const std::filesystem::path& folder, const Metrics& metrics,
                   const nlohmann::json& document, const std::string& title);

}  // namespace tutti
