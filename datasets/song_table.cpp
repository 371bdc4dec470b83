#include "datasets/song_table.h"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "datasets/audio/song_features.h"
#include "datasets/csv.h"
#include "datasets/feature_table.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

fs::path record_of(fs::path table) { return table += ".json"; }

/// The shortest text that reads back as the same number.
std::string number(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string header() {
  std::string line = "filename";
  for (const auto& feature : feature_names()) line += ',' + feature;
  return line + ",label\n";
}

/// Names of songs without their folder where that tells them apart.
std::vector<std::string> short_names(const std::vector<fs::path>& paths) {
  std::map<fs::path, int> uses;
  for (const auto& path : paths) ++uses[path.filename()];
  std::vector<std::string> names;
  for (const auto& path : paths)
    names.push_back((uses[path.filename()] == 1 ? path.filename() : path).generic_string());
  return names;
}

}  // namespace

SongProblems write_song_table(const fs::path& table, const fs::path& root, const GenreTree& songs,
                              LibrosaVersion compat, const Progress& progress) {
  std::vector<fs::path> files;
  for (const auto& path : songs.paths) files.push_back(root / path);
  std::vector<std::vector<double>> features(files.size());
  SongProblems problems = read_songs(
      files, Windows::first,
      [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
        features[song] = song_features(samples, compat);
      },
      progress);
  if (problems.bad.size() == files.size())
    throw Error(root.string(), " has no song that can be used; the first, ",
                problems.bad[0].path.string(), ": ", problems.bad[0].reason);

  std::string csv = header();
  const auto names = short_names(songs.paths);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (features[i].empty()) continue;
    csv += csv_cell(names[i]);
    for (const double value : features[i]) csv += ',' + number(value);
    csv += ',' + csv_cell(songs.paths[i].begin()->string()) + '\n';
  }
  write_file(table, csv);
  const nlohmann::json record = {
      {"compat", name(compat)}, {"sample_rate", song_rate}, {"seconds", window_seconds}};
  write_file(record_of(table), record.dump(2) + '\n');
  return problems;
}

std::optional<LibrosaVersion> librosa_version_of_table(const fs::path& table) {
  const fs::path record = record_of(table);
  if (!fs::exists(record)) return std::nullopt;
  try {
    return librosa_version_named(nlohmann::json::parse(read_file(record)).at("compat"));
  } catch (const std::exception& problem) {
    throw Error(record.string(), ": does not say how ", table.string(),
                " was made: ", problem.what());
  }
}

}  // namespace tutti
