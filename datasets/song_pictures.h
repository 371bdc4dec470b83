#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "datasets/audio/frequency_bands.h"
#include "datasets/audio/songs.h"
#include "datasets/genre_tree.h"

namespace tutti {

const char* name(FrequencyScale scale);  // "mel", "linear"
/// An Error if there is no such scale.
FrequencyScale scale_named(const std::string& name);

/// The scale of a tree's pictures as its spectrogram.json says; nothing if it has none. An Error if
/// that is damaged.
std::optional<FrequencyScale> scale_of_tree(const std::filesystem::path& root);

/// Writes spectrogram.json. An Error if the tree says that its pictures are of another scale.
void record_scale(const std::filesystem::path& root, FrequencyScale scale);

/// Writes log_spectrogram of the first 30 s of each song of a tree to
/// <out>/<genre>/resizedNNN.png, NNN counted by genre, and spectrogram.json. Songs that cannot be
/// used are left out and listed.
SongProblems write_song_pictures(const std::filesystem::path& out,
                                 const std::filesystem::path& root, const GenreTree& songs,
                                 FrequencyScale scale, const Progress& progress = {});

/// As in resized007.png: three digits, or as many as it takes.
std::string numbered(const std::string& prefix, int digits, std::int64_t number,
                     const std::string& extension);

}  // namespace tutti
