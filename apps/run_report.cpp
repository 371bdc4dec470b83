#include "apps/run_report.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "datasets/csv.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"
#include "models/run/fields.h"
#include "models/run/file.h"
#include "reports/curve.h"
#include "reports/html/html_report.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t genres_of_a_song = 3, most_songs = 4000;

/// The rows of a CSV file below its head, each as wide as that.
std::vector<CsvRow> rows_of(const fs::path& path, const std::string& text) {
  CsvReader reader(text, path.string());
  const auto head = reader.next();
  std::vector<CsvRow> rows;
  while (auto row = reader.next()) {
    if (row->cells.size() != head->cells.size())
      throw Error(path.string(), ", line ", row->line, ": has ", row->cells.size(), " cells, not ",
                  head->cells.size());
    rows.push_back(std::move(*row));
  }
  return rows;
}

/// NaN of an empty cell.
double number_in(const fs::path& path, const CsvRow& row, std::size_t column) {
  const std::string& cell = row.cells[column];
  if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, problem] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (problem != std::errc() || end != cell.data() + cell.size())
    throw Error(path.string(), ", line ", row.line, ": '", cell, "' is not a number");
  return value;
}

/// history.csv, which has its rows epoch by epoch.
History read_history(const fs::path& path) {
  History history;
  const std::string text = read_file(path);
  for (const auto& row : rows_of(path, text)) {
    if (row.cells.size() != 6)
      throw Error(path.string(), ": has ", row.cells.size(), " columns, not the 6 of a history");
    const auto value = [&](std::size_t column) { return number_in(path, row, column); };
    if (history.empty() || row.cells[1] == "0") history.emplace_back();
    history.back().push_back({value(2), value(3), value(4), value(5)});
  }
  return history;
}

json curve_json(const Curve& curve) {
  return {{"mean", curve.mean}, {"low", curve.low}, {"high", curve.high}};
}

json curves_json(const History& history) {
  return {{"members", history.empty() ? 0 : history[0].size()},
          {"accuracy",
           {{"training", curve_json(curve_of(history, &EpochResult::accuracy))},
            {"validation", curve_json(curve_of(history, &EpochResult::val_accuracy))}}},
          {"loss",
           {{"training", curve_json(curve_of(history, &EpochResult::loss))},
            {"validation", curve_json(curve_of(history, &EpochResult::val_loss))}}}};
}

/// Of predictions.csv, the likeliest genres of every song.
json read_songs(const fs::path& path, const json& run) {
  std::map<std::string, std::size_t> indices;
  for (const auto& genre : run.at("classes")) indices.emplace(genre, indices.size());
  const auto index = [&](const CsvRow& row, std::size_t column) {
    const auto found = indices.find(row.cells[column]);
    if (found == indices.end())
      throw Error(path.string(), ", line ", row.line, ": '", row.cells[column],
                  "' is not a genre of the run");
    return found->second;
  };
  json songs = json::array();
  const std::string text = read_file(path);
  for (const auto& row : rows_of(path, text)) {
    if (row.cells.size() != 4 + indices.size())
      throw Error(path.string(), ": has ", row.cells.size(), " columns, not 4 and one of each of ",
                  indices.size(), " genres");
    std::vector<std::pair<double, std::size_t>> likeliest;
    for (std::size_t k = 0; k < indices.size(); ++k)
      likeliest.emplace_back(-number_in(path, row, 4 + k), k);
    std::ranges::sort(likeliest);
    likeliest.resize(std::min(genres_of_a_song, likeliest.size()));
    json top = json::array();
    for (const auto& [probability, k] : likeliest) top.push_back({k, -probability});
    songs.push_back({row.cells[0], index(row, 1), index(row, 2), top});
  }
  return songs;
}

json read_json(const fs::path& path) { return parse_json(read_file(path), path.string()); }

std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_-./:=,+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// What a run is, in words; N stands for the number of its members.
const std::map<ModelKind, std::string> titles = {
    {ModelKind::ensemble, "Ensemble of N CNNs"},
    {ModelKind::lstm, "LSTM classifier"},
    {ModelKind::rnn, "Simple RNN classifier"},
    {ModelKind::melcnn, "Ensemble of N networks on mel spectrograms"}};

std::string title_of(const json& run, ModelKind kind) {
  std::string title = titles.at(kind);
  if (const auto at = title.find(" N "); at != std::string::npos)
    title.replace(at + 1, 1, run.at("options").at("members").dump());
  return title;
}

/// Leaves out songs until there are few enough, those that were named rightly first.
void shorten(json& songs, std::size_t most) {
  auto& list = songs.get_ref<json::array_t&>();
  if (list.size() <= most) return;
  std::ranges::stable_partition(list, [](const json& song) { return song[1] != song[2]; });
  list.resize(most);
}

}  // namespace

std::string command_of(const json& run) {
  json options = run.at("options");
  if (options.contains("cnns")) {  // --members of train melcnn; members are all that vote
    options["members"] = options["cnns"];
    options.erase("cnns");
    for (const char* other : {"test", "validation"})
      if (options["folds"] != 0) options.erase(other);
    if (options["folds"] == 0) options.erase("folds");
    if (!options["from"].is_null())  // whose sizes they are
      for (const char* size : {"members", "statistics", "channels", "crop", "units"})
        options.erase(size);
  }
  std::string command = "tutti " + run.at("command").get<std::string>() + " --data " +
                        shell_word(run.at("data").at("path")) + " --out RUN";
  options["seed"] = run.at("seed");
  for (const char* field : {"device", "precision"})
    if (run.contains(field)) options[field] = run[field];
  if (options.contains("shards")) command += " --data-parallel";
  if (run.at("data").contains("skipped") && !run["data"]["skipped"].empty())
    command += " --skip-bad";
  for (auto [name, value] : options.items()) {
    if (value.is_null()) continue;
    std::string option = name;
    std::ranges::replace(option, '_', '-');
    command += " --" + option + ' ' + shell_word(value.is_string() ? value : json(value.dump()));
  }
  return command;
}

json report_of(const fs::path& folder, const json& run) try {
  const auto kind = RunFields(run, folder / "run.json").word<ModelKind>("model");
  json report = {{"run", run}, {"name", title_of(run, kind)}};
  if (run.contains("data")) report["command"] = command_of(run);
  if (const auto path = folder / "metrics.json"; fs::exists(path))
    report["metrics"] = read_json(path);
  if (const auto path = folder / "history.csv"; fs::exists(path))
    report["curves"] = curves_json(read_history(path));
  if (const auto path = folder / "predictions.csv"; fs::exists(path)) {
    report["songs"] = read_songs(path, run);
    report["songs_total"] = report["songs"].size();
  }
  return report;
} catch (const json::exception& problem) {
  throw Error((folder / "run.json").string(), ": is not of a run: ", reason_of(problem));
}

std::string report_page(std::vector<json> reports) {
  for (auto& report : reports)
    if (report.contains("songs")) shorten(report["songs"], most_songs / reports.size());
  const std::string title =
      reports.size() == 1 ? reports[0].at("name").get<std::string>() : "Runs side by side";
  return html_report({{"title", title}, {"runs", reports}});
}

void write_report(const fs::path& folder, const json& run, const json& search) {
  json report = report_of(folder, run);
  if (!search.is_null()) report["search"] = search;
  write_file(folder / "report.html", report_page({report}));
}

}  // namespace tutti
