#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "datasets/audio/audio.h"
#include "datasets/media_files.h"
#include "datasets/pictures.h"

namespace tutti {

/// What is to be said of songs, in their order.
struct SongProblems {
  std::vector<BadFile> bad;       // they could not be used
  std::vector<BadFile> warnings;  // they were used: shorter than 30 s, or silent
};
inline auto message_parts(SongProblems& p) { return std::tie(p.bad, p.warnings); }

/// Which windows of 30 s: the first alone, or one after another to the end. What is left at the end
/// counts as a window if it lasts 15 s, or if it is all there is. A clip is the first window, or
/// all of a song that lasts less than 31 s: published clips of 30 s are a little longer. Clips are
/// all windows, the first of them a clip.
enum class Windows { first, clip, all, clips };

/// Reads songs in parallel, one window of each at a time, and calls use(song, window, samples) with
/// mono samples at 22 050 Hz, at least a second of them: from several threads, but for the windows
/// of a song in their order. A song that cannot be read, or whose use throws an Error, is listed,
/// not thrown, perhaps after windows of it were used.
SongProblems read_songs(
    const std::vector<std::filesystem::path>& songs, Windows windows,
    const std::function<void(std::size_t song, std::size_t window, const std::vector<float>&)>& use,
    const Progress& progress = {});

/// The first window of each song, dealt out to the processes of the world (of all): `make` is
/// called where a song is read, and the root's `take` with what came of the good ones, in their
/// order. What is returned, and progress, is the root's.
SongProblems deal_songs(
    const std::vector<std::filesystem::path>& songs, Windows windows,
    const std::function<std::string(std::size_t song, const std::vector<float>&)>& make,
    const std::function<void(std::size_t song, std::string made)>& take,
    const Progress& progress = {});

}  // namespace tutti
