#include "datasets/media_files.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string_view>

#include "datasets/audio/audio.h"
#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// What stands in a folder and passes `wanted`, sorted by name; hidden entries do not.
template <class Wanted>
std::vector<fs::path> entries(const fs::path& folder, const Wanted& wanted) try {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (!entry.path().filename().native().starts_with('.') && wanted(entry.path()))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
} catch (const fs::filesystem_error& problem) {
  throw Error("cannot read the folder ", folder.string(), ": ", problem.code().message());
}

/// A link that leads nowhere is not a folder; one that may not be followed is an Error.
bool is_folder(const fs::path& path) {
  std::error_code problem;
  const bool folder = fs::is_directory(path, problem);
  if (problem == std::errc::permission_denied)
    throw Error("cannot read ", path.string(), ": ", problem.message());
  return folder;
}

constexpr std::array<std::string_view, 4> picture_names = {".png", ".jpg", ".jpeg", ".bmp"};
/// Also of songs that cannot be read, so that they are told of rather than passed over.
constexpr std::array<std::string_view, 13> song_names = {".wav", ".au",   ".snd", ".flac", ".ogg",
                                                         ".oga", ".opus", ".mp3", ".aif",  ".aiff",
                                                         ".m4a", ".aac",  ".wma"};

std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& letter : extension)
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
  return extension;
}

bool names(std::span<const std::string_view> extensions, const std::string& extension) {
  return std::ranges::find(extensions, extension) != extensions.end();
}

/// Each folder is read once, so that links cannot lead round in circles.
void collect(const fs::path& folder, Media media, std::set<fs::path>& seen,
             std::vector<fs::path>& found) {
  if (!seen.insert(fs::canonical(folder)).second) return;
  for (const auto& path : entries(folder, [](const fs::path&) { return true; })) {
    if (is_media(path, media))
      found.push_back(path);
    else if (is_folder(path))
      collect(path, media, seen, found);
  }
}

}  // namespace

bool has_media_name(const fs::path& path) {
  const std::string extension = lower_extension(path);
  return names(picture_names, extension) || names(song_names, extension);
}

/// By its name, so that a link that leads nowhere is a bad picture rather than none.
bool is_media(const fs::path& path, Media media) {
  const std::string extension = lower_extension(path);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return false;
  if (media == Media::pictures) return names(picture_names, extension);
  return names(song_names, extension) || (!names(picture_names, extension) && holds_audio(path));
}

std::vector<fs::path> folders_in(const fs::path& folder) { return entries(folder, is_folder); }

std::vector<fs::path> media_in(const fs::path& folder, Media media) {
  return entries(folder, [media](const fs::path& path) { return is_media(path, media); });
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw Error("cannot make the folder ", folder.string(), ": ", problem.message());
}

std::string none_of(Media media) {
  return media == Media::pictures ? "no pictures (.png, .jpg, .jpeg or .bmp files)"
                                  : "no songs (wav, au, flac, ogg or mp3 files)";
}

std::vector<fs::path> find_media(const fs::path& path, Media media) {
  std::error_code problem;
  const auto status = fs::status(path, problem);
  if (!fs::exists(status)) throw Error("cannot read ", path.string(), ": ", problem.message());
  if (!fs::is_directory(status)) return {path};
  auto found = media_below(path, media);
  if (found.empty()) throw Error(path.string(), " holds ", none_of(media));
  return found;
}

std::vector<fs::path> media_below(const fs::path& folder, Media media) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem))
    throw Error(folder.string(), problem ? ": " + problem.message() : " is a file",
                "; a folder is wanted");
  std::set<fs::path> seen;
  std::vector<fs::path> found;
  collect(folder, media, seen, found);
  return found;
}

}  // namespace tutti
