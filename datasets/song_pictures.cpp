#include "datasets/song_pictures.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "datasets/audio/mel_picture.h"
#include "datasets/audio/spectral_frames.h"
#include "datasets/pack/notes.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// <genre>/resizedNNN.png for each song.
std::vector<fs::path> counted_names(const std::vector<fs::path>& songs) {
  std::map<fs::path, std::int64_t> counts;
  std::vector<fs::path> names;
  for (const auto& song : songs)
    names.push_back(song.parent_path() /
                    numbered("resized", 3, counts[song.parent_path()]++, ".png"));
  return names;
}

/// <genre>/<name>.png for each song, with its extension where two songs differ by that alone.
std::vector<fs::path> own_names(const std::vector<fs::path>& songs) {
  std::map<fs::path, int> uses;
  for (const auto& song : songs) ++uses[fs::path(song).replace_extension()];
  std::vector<fs::path> names;
  for (const auto& song : songs) {
    fs::path name = fs::path(song).replace_extension();
    if (uses[name] > 1) name = song;
    names.push_back(name += ".png");
  }
  return names;
}

nlohmann::json describe(PictureScale scale) {
  if (scale != PictureScale::mel128) return {{"scale", name(scale)}};
  return {{"scale", name(scale)},     {"bands", mel_bands},
          {"sample_rate", song_rate}, {"n_fft", frame_size},
          {"hop", frame_hop},         {"columns_in_30_seconds", mel_picture_columns}};
}

}  // namespace

GrayPicture song_picture(const std::vector<float>& samples, PictureScale scale) {
  if (scale == PictureScale::mel128) return mel_picture(samples);
  return log_spectrogram(samples, song_rate,
                         scale == PictureScale::mel ? FrequencyScale::mel : FrequencyScale::linear);
}

std::optional<PictureScale> scale_of_tree(const fs::path& root) {
  const Notes notes = notes_of_tree(root);
  if (!notes) return std::nullopt;
  return notes.word<PictureScale>("scale");
}

namespace {

void expect_scale(const fs::path& root, PictureScale scale) {
  const auto before = scale_of_tree(root);
  if (before && *before != scale)
    throw Error(root.string(), " holds pictures of the scale ", name(*before), ", not ",
                name(scale), "; choose another folder");
}

using Names = std::set<std::string>;

/// The pictures in a tree that were made of songs.
Names recorded_pictures(const fs::path& root) {
  const fs::path path = notes_file_of_tree(root);
  if (!fs::exists(path)) return {};
  const auto document = parse_json(read_file(path), path.string());
  return document.value("pictures", Names());
}

void record_pictures(const fs::path& root, PictureScale scale, const Names& pictures) {
  nlohmann::json document = describe(scale);
  document["pictures"] = pictures;
  write_file(notes_file_of_tree(root),
             document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

/// Removes a picture of a song that is gone, and its genre's folder with the last of them.
void remove_picture(const fs::path& root, const std::string& name) {
  const fs::path picture = name;
  if (picture.is_absolute() || std::ranges::find(picture, "..") != picture.end()) return;
  std::error_code not_there;
  fs::remove(root / picture, not_there);
  fs::remove((root / picture).parent_path(), not_there);  // stays if it is not empty
}

/// What stands in the tree before the first picture is written: folders, and the names of those
/// that may be there from now on, which are returned.
Names begin_tree(const fs::path& out, const GenreTree& songs, PictureScale scale,
                 const std::vector<fs::path>& names) {
  for (const auto& genre : songs.genres) make_folder(out / genre);
  expect_scale(out, scale);
  Names known = recorded_pictures(out);
  for (const auto& name : names) known.insert(name.generic_string());
  record_pictures(out, scale, known);
  return known;
}

}  // namespace

void record_scale(const fs::path& root, PictureScale scale) {
  expect_scale(root, scale);
  write_file(notes_file_of_tree(root), describe(scale).dump(2) + '\n');
}

SongProblems write_song_pictures(const fs::path& out, const fs::path& root, const GenreTree& songs,
                                 PictureScale scale, const Progress& progress) {
  std::vector<fs::path> files;
  for (const auto& path : songs.paths) files.push_back(root / path);
  const bool mel128 = scale == PictureScale::mel128;
  const auto names = mel128 ? own_names(songs.paths) : counted_names(songs.paths);
  const Names known = world().root() ? begin_tree(out, songs, scale, names) : Names();
  std::vector<char> made(files.size());
  SongProblems problems = deal_songs(
      files, mel128 ? Windows::clip : Windows::first,
      [&](std::size_t song, const std::vector<float>& samples) {
        write_png(out / names[song], song_picture(samples, scale));
        return std::string();
      },
      [&](std::size_t song, const std::string&) { made[song] = true; }, progress);
  if (!world().root()) return problems;
  Names pictures;
  for (std::size_t song = 0; song < files.size(); ++song)
    if (made[song]) pictures.insert(names[song].generic_string());
  for (const auto& name : known)
    if (!pictures.contains(name)) remove_picture(out, name);
  record_pictures(out, scale, pictures);
  return problems;
}

std::string numbered(const std::string& prefix, int digits, std::int64_t number,
                     const std::string& extension) {
  std::ostringstream name;
  name << prefix << std::setw(digits) << std::setfill('0') << number << extension;
  return name.str();
}

}  // namespace tutti
