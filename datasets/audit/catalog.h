#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace tutti {

/// Whose a clip is, and which song; empty where that is not known.
struct Song {
  std::string artist, title;
};

/// The songs of clips as a list knows them: lines "clip ::: artist ::: title" as of Sturm's index
/// of GTZAN (http://imi.aau.dk/~bst/research/GTZANtable2/GTZANindex.txt; # begins a remark), or a
/// table of groups (see SplitPlan), whose groups are artists. Clips that are not there may be
/// listed. An Error if it cannot be read, names a clip that could be several, or none of the clips.
std::vector<Song> read_catalog(const std::filesystem::path& path,
                               const std::vector<std::string>& names);

/// Whether both are known and alike but for capitals.
bool same_artist(const Song& a, const Song& b);
bool same_song(const Song& a, const Song& b);

}  // namespace tutti
