#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/clips.h"
#include "datasets/picture.h"
#include "datasets/pictures.h"

namespace tutti {

/// A tree <root>/<genre>/*.png. Hidden entries, and files that are not pictures, are left out.
struct SpectrogramTree {
  std::vector<std::string> genres;   // the folders' names, sorted
  Pictures pictures;                 // paths relative to the root, sorted by genre, then by name
  std::vector<std::int32_t> labels;  // index into genres, one per picture
};

/// Reads a tree, or maps a pack of one: pictures of another size than 127 × 2900 are resized into
/// memory, and what was left out when it was packed stands in pictures.bad. Errors: no such folder,
/// no genre folders, fewer than two genres, a genre without a picture, a folder that cannot be
/// read. Bad pictures are an Error that lists them all, unless `skip_bad`; then they are left out
/// and stand in pictures.bad.
SpectrogramTree load_spectrogram_tree(const std::filesystem::path& root, bool skip_bad = false,
                                      const Progress& progress = {});

/// The same with pictures of any size, all of one height, or songs, of which mel pictures are made.
struct ClipTree {
  std::vector<std::string> genres;
  Clips clips;
  std::vector<std::int32_t> labels;  // index into genres, one per clip
};

/// Reads a tree of pictures, or of songs if it holds songs, or maps a pack of either. Errors as
/// load_spectrogram_tree's.
ClipTree load_clip_tree(const std::filesystem::path& root, bool skip_bad = false,
                        const Progress& progress = {});

}  // namespace tutti
