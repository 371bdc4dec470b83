#pragma once
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

namespace tutti {

enum class Media { pictures, songs };

/// A file that could not be used, and why.
struct BadFile {
  std::filesystem::path path;
  std::string reason;
};
inline auto message_parts(BadFile& f) { return std::tie(f.path, f.reason); }

/// Whether a file is a picture by its name (.png, .jpg, .jpeg, .bmp); whether it is a song by its
/// name (.wav, .au, .flac, .ogg, .mp3 and others) or by what it holds. Folders are neither.
bool is_media(const std::filesystem::path& path, Media media);

/// Whether a name ends as those of pictures or songs do.
bool has_media_name(const std::filesystem::path& path);

/// The pictures or songs below a folder, sorted; the path itself if it is a file. Links are
/// followed, hidden entries left out. An Error if there is no such path, none in it, or a folder
/// that cannot be read.
std::vector<std::filesystem::path> find_media(const std::filesystem::path& path, Media media);

/// The same, but none is not an Error, and the path has to be a folder.
std::vector<std::filesystem::path> media_below(const std::filesystem::path& folder, Media media);

/// The folders, and the pictures or songs, that stand in a folder; sorted by name, hidden ones left
/// out. An Error if it cannot be read.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);
std::vector<std::filesystem::path> media_in(const std::filesystem::path& folder, Media media);

/// Makes a folder and those above it, if they are not there. An Error if that cannot be.
void make_folder(const std::filesystem::path& folder);

/// "no pictures (.png, .jpg, .jpeg or .bmp files)", for Errors.
std::string none_of(Media media);

}  // namespace tutti
