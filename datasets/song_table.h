#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/audio/librosa_version.h"
#include "datasets/audio/songs.h"
#include "datasets/genre_tree.h"

namespace tutti {

/// Writes a table of the 28 features of the songs of a tree, in the columns of the published data
/// set: filename (with its folder where two genres have a file of that name), the features of the
/// first 30 s, label (the genre); and beside it `table`.json, which says how they were made. Songs
/// that cannot be used are left out and listed. An Error if none is left or a file cannot be
/// written. Of all processes of the world, to which songs are dealt out; the root writes.
SongProblems write_song_table(const std::filesystem::path& table, const std::filesystem::path& root,
                              const GenreTree& songs, LibrosaVersion version,
                              const Progress& progress = {});

/// The same of the 800 statistics of the mel pictures of a tree, or of its songs if it holds songs
/// (see load_clip_tree).
SongProblems write_statistics_table(const std::filesystem::path& table,
                                    const std::filesystem::path& root, const GenreTree& tree,
                                    Media media, const Progress& progress = {});

/// How the 28 features of a table were made, as `table`.json, or its pack, says; nothing if it does
/// not. An Error if that is damaged.
std::optional<LibrosaVersion> librosa_version_of_table(const std::filesystem::path& table);

}  // namespace tutti
