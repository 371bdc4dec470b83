#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/audio/songs.h"
#include "datasets/audio/spectrogram.h"
#include "datasets/genre_tree.h"

namespace tutti {

/// What a song's picture shows: log_spectrogram, 127 bands that lie evenly in mels or in hertz, or
/// mel_picture, librosa's 128 mel bands.
enum class PictureScale { mel, linear, mel128 };
template <>
inline constexpr EnumNames<PictureScale> enum_names<PictureScale> = {
    "a scale of pictures",
    {{PictureScale::mel, "mel"},
     {PictureScale::linear, "linear"},
     {PictureScale::mel128, "mel128"}}};

/// The picture of a window of a song.
GrayPicture song_picture(const std::vector<float>& samples, PictureScale scale);

/// The scale of a tree's pictures as its spectrogram.json, or its pack, says; nothing if it does
/// not. An Error if that is damaged.
std::optional<PictureScale> scale_of_tree(const std::filesystem::path& root);

/// Writes spectrogram.json. An Error if the tree says that its pictures are of another scale.
void record_scale(const std::filesystem::path& root, PictureScale scale);

/// Writes the pictures of a tree's songs, and spectrogram.json: of 127 bands, of the first 30 s, to
/// <out>/<genre>/resizedNNN.png, NNN counted by genre; of 128, of the clip (see Windows), to
/// <out>/<genre>/<the song's name>.png. Songs that cannot be used are left out and listed. Pictures
/// that this made before, of songs that are gone, are removed. Of all processes of the world, to
/// which songs are dealt out.
SongProblems write_song_pictures(const std::filesystem::path& out,
                                 const std::filesystem::path& root, const GenreTree& songs,
                                 PictureScale scale, const Progress& progress = {});

/// As in resized007.png: three digits, or as many as it takes.
std::string numbered(const std::string& prefix, int digits, std::int64_t number,
                     const std::string& extension);

}  // namespace tutti
