#include "datasets/song_table.h"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "datasets/audio/song_features.h"
#include "datasets/audio/song_statistics.h"
#include "datasets/clips.h"
#include "datasets/feature_table.h"
#include "datasets/pack/notes.h"
#include "engine/distributed/message.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// The shortest text that reads back as the same number.
std::string number(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
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

using Row = std::vector<double>;

/// The table, a line for each song whose row is not empty, and the record beside it.
void write_table(const fs::path& table, FeatureSet set, const std::vector<fs::path>& songs,
                 const std::vector<Row>& rows, const nlohmann::json& record) {
  std::string csv = "filename";
  for (const auto& feature : feature_names(set)) csv += ',' + feature;
  csv += ",label\n";
  const auto names = short_names(songs);
  for (std::size_t i = 0; i < songs.size(); ++i) {
    if (rows[i].empty()) continue;
    csv += csv_cell(names[i]);
    for (const double value : rows[i]) csv += ',' + number(value);
    csv += ',' + csv_cell(as_utf8(songs[i].begin()->string())) + '\n';
  }
  fs::remove(
      notes_file_of_table(table));  // killed at any moment, no record is beside another table
  write_file(table, csv);
  write_file(notes_file_of_table(table), record.dump(2) + '\n');
}

void expect_some(const fs::path& root, std::size_t songs, const SongProblems& problems) {
  if (problems.bad.size() == songs)
    throw Error(root.string(), " has no song that can be used; the first, ",
                problems.bad[0].path.string(), ": ", problems.bad[0].reason);
}

}  // namespace

SongProblems write_song_table(const fs::path& table, const fs::path& root, const GenreTree& songs,
                              LibrosaVersion version, const Progress& progress) {
  std::vector<fs::path> files;
  for (const auto& path : songs.paths) files.push_back(root / path);
  std::vector<Row> features(files.size());
  SongProblems problems = deal_songs(
      files, Windows::first,
      [&](std::size_t, const std::vector<float>& samples) {
        return Message::of(song_features(samples, version));
      },
      [&](std::size_t song, std::string made) { Message(std::move(made)).read(features[song]); },
      progress);
  if (!world().root()) return problems;
  expect_some(root, files.size(), problems);
  write_table(table, FeatureSet::librosa, songs.paths, features,
              {{"compat", name(version)}, {"sample_rate", song_rate}, {"seconds", window_seconds}});
  return problems;
}

SongProblems write_statistics_table(const fs::path& table, const fs::path& root,
                                    const GenreTree& tree, Media media, const Progress& progress) {
  const Clips clips = media == Media::songs ? hear_clips(tree.paths, progress, root)
                                            : load_clips(tree.paths, progress, root);
  const SongProblems problems{clips.bad, {}};
  if (!world().root()) return problems;
  expect_some(root, tree.paths.size(), problems);
  std::vector<Row> rows(clips.paths.size());
  parallel_for(std::ssize(rows), [&](std::int64_t i) {
    rows[i] = song_statistics(clips.begin(clips.spans[i]), clips.spans[i].frames, clips.bands());
  });
  write_table(table, FeatureSet::statistics, clips.paths, rows,
              {{"set", name(FeatureSet::statistics)}, {"bands", clips.bands()}});
  return problems;
}

std::optional<LibrosaVersion> librosa_version_of_table(const fs::path& table) {
  const Notes notes = notes_of_table(table);
  if (!notes) return std::nullopt;
  return notes.word<LibrosaVersion>("compat");
}

}  // namespace tutti
