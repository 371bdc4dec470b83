#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "datasets/media_files.h"

namespace tutti {

/// Files <root>/<genre>/*. Hidden entries, and files of another kind, are left out.
struct GenreTree {
  std::vector<std::string> genres;           // the folders' names as_utf8, sorted
  std::vector<std::filesystem::path> paths;  // relative to the root, sorted
};
inline auto message_parts(GenreTree& t) { return std::tie(t.genres, t.paths); }

/// The pictures or songs of a tree. Errors: no such folder, no genre folders, a genre with none, a
/// folder that cannot be read.
GenreTree find_genre_tree(const std::filesystem::path& root, Media media);

/// The same of a tree to learn from: it is also an Error if there is one genre only.
GenreTree find_labeled_tree(const std::filesystem::path& root, Media media);

/// The index of each file's folder in the sorted genres.
std::vector<std::int32_t> labels_of(const std::vector<std::filesystem::path>& paths,
                                    const std::vector<std::string>& genres);

/// An Error that lists the bad files unless they may be skipped, and one if a genre, of which
/// `labels` are those that can be used, has none of them.
void expect_usable(const std::filesystem::path& root, const std::vector<std::string>& genres,
                   const std::vector<std::int32_t>& labels, const std::vector<BadFile>& bad,
                   bool skip_bad, Media media);

/// Songs if a genre folder of a tree holds one and none holds pictures, else pictures.
Media media_of_tree(const std::filesystem::path& root);

}  // namespace tutti
