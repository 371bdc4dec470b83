#include "datasets/song_pictures.h"

#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/audio/spectrogram.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr const char* record = "spectrogram.json";

/// resizedNNN.png in the genre's folder, for each song.
std::vector<fs::path> picture_names(const std::vector<fs::path>& songs) {
  std::map<fs::path, std::int64_t> counts;
  std::vector<fs::path> names;
  for (const auto& song : songs)
    names.push_back(song.parent_path() /
                    numbered("resized", 3, counts[song.parent_path()]++, ".png"));
  return names;
}

}  // namespace

const char* name(FrequencyScale scale) { return scale == FrequencyScale::mel ? "mel" : "linear"; }

FrequencyScale scale_named(const std::string& name) {
  if (name == "mel") return FrequencyScale::mel;
  if (name == "linear") return FrequencyScale::linear;
  throw Error("'", name, "' is no scale of frequencies; mel and linear are");
}

std::optional<FrequencyScale> scale_of_tree(const fs::path& root) {
  const fs::path path = root / record;
  if (!fs::exists(path)) return std::nullopt;
  try {
    return scale_named(nlohmann::json::parse(read_file(path)).at("scale"));
  } catch (const std::exception& problem) {
    throw Error(path.string(), ": does not say how the pictures were made: ", problem.what());
  }
}

void record_scale(const fs::path& root, FrequencyScale scale) {
  const auto before = scale_of_tree(root);
  if (before && *before != scale)
    throw Error(root.string(), " holds pictures of ", name(*before), " frequency, not ",
                name(scale), "; choose another folder");
  const nlohmann::json settings = {{"scale", name(scale)}};
  write_file(root / record, settings.dump(2) + '\n');
}

SongProblems write_song_pictures(const fs::path& out, const fs::path& root, const GenreTree& songs,
                                 FrequencyScale scale, const Progress& progress) {
  for (const auto& genre : songs.genres) make_folder(out / genre);
  record_scale(out, scale);
  std::vector<fs::path> files;
  for (const auto& path : songs.paths) files.push_back(root / path);
  const auto names = picture_names(songs.paths);
  return read_songs(
      files, Windows::first,
      [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
        write_png(out / names[song], log_spectrogram(samples, song_rate, scale));
      },
      progress);
}

std::string numbered(const std::string& prefix, int digits, std::int64_t number,
                     const std::string& extension) {
  std::ostringstream name;
  name << prefix << std::setw(digits) << std::setfill('0') << number << extension;
  return name.str();
}

}  // namespace tutti
