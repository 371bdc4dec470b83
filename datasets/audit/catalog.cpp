#include "datasets/audit/catalog.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "datasets/splits/clip_names.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view separator = ":::";

bool alike(const std::string& a, const std::string& b) {
  return !a.empty() && std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::vector<Song> read_index(const fs::path& path, const std::string& text,
                             const std::vector<std::string>& names) {
  const ClipNames clips(names);
  std::vector<Song> songs(names.size());
  bool any = false;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto artist = line.find(separator);
    if (line.starts_with('#') || artist == std::string::npos) continue;
    const auto title = line.find(separator, artist + separator.size());
    const auto rows = clips.find(line.substr(0, artist));
    if (rows.size() > 1)
      throw Error(path.string(), ", line ", number, ": '", trimmed(line.substr(0, artist)),
                  "' may be ", rows.size(), " clips; name its folder too");
    if (rows.empty()) continue;
    any = true;
    Song& song = songs[static_cast<std::size_t>(rows[0])];
    song.artist =
        trimmed(line.substr(artist + separator.size(), title - artist - separator.size()));
    if (title != std::string::npos) song.title = trimmed(line.substr(title + separator.size()));
  }
  if (!any) throw Error(path.string(), " names none of the ", names.size(), " clips");
  return songs;
}

}  // namespace

std::vector<Song> read_catalog(const fs::path& path, const std::vector<std::string>& names) {
  const std::string text = read_file(path);
  if (text.find(separator) != std::string::npos) return read_index(path, text, names);
  const auto groups = read_clip_groups(path, names);
  std::vector<Song> songs(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    if (groups.group[i] >= 0)
      songs[i].artist = groups.names[static_cast<std::size_t>(groups.group[i])];
  return songs;
}

bool same_artist(const Song& a, const Song& b) { return alike(a.artist, b.artist); }
bool same_song(const Song& a, const Song& b) {
  return same_artist(a, b) && alike(a.title, b.title);
}

}  // namespace tutti
