#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/media_files.h"

namespace tutti {

/// Files <root>/<genre>/*. Hidden entries, and files of another kind, are left out.
struct GenreTree {
  std::vector<std::string> genres;           // the folders' names as_utf8, sorted
  std::vector<std::filesystem::path> paths;  // relative to the root, sorted
};

/// The pictures or songs of a tree. Errors: no such folder, no genre folders, a genre with none, a
/// folder that cannot be read.
GenreTree find_genre_tree(const std::filesystem::path& root, Media media);

/// Songs if a genre folder of a tree holds one and none holds pictures, else pictures.
Media media_of_tree(const std::filesystem::path& root);

}  // namespace tutti
