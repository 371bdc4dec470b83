#pragma once
#include <filesystem>
#include <string>

namespace tutti {

/// The genre that a song's tags say; empty if they say none. An Error, which leaves it to the
/// caller to name the file, if it is of a kind that holds no tags, or cannot be read.
std::string read_genre_tag(const std::filesystem::path& song);

/// Sets it, and changes nothing else in the file: it is replaced by a copy once that is whole. An
/// Error leaves it as it is.
void write_genre_tag(const std::filesystem::path& song, const std::string& genre);

}  // namespace tutti
