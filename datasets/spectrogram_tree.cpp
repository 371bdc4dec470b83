#include "datasets/spectrogram_tree.h"

#include <algorithm>
#include <sstream>

#include "datasets/genre_tree.h"
#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// The index of each picture's folder in the sorted genres.
std::vector<std::int32_t> labels_of(const std::vector<fs::path>& paths,
                                    const std::vector<std::string>& genres) {
  std::vector<std::int32_t> labels;
  for (const auto& path : paths) {
    const auto genre = std::lower_bound(genres.begin(), genres.end(), path.begin()->string());
    labels.push_back(static_cast<std::int32_t>(genre - genres.begin()));
  }
  return labels;
}

/// A line for each, to follow the line that says what is wrong.
std::string listed(const std::vector<BadFile>& bad) {
  std::ostringstream lines;
  for (const auto& [path, reason] : bad) lines << "\n  " << path.string() << ": " << reason;
  return lines.str();
}

void check_every_genre_is_left(const SpectrogramTree& tree, const fs::path& root) {
  for (std::size_t i = 0; i < tree.genres.size(); ++i)
    if (std::find(tree.labels.begin(), tree.labels.end(), i) == tree.labels.end())
      throw Error((root / tree.genres[i]).string(),
                  " has no picture that can be used; repair them or remove it",
                  listed(tree.pictures.bad));
}

}  // namespace

SpectrogramTree load_spectrogram_tree(const fs::path& root, bool skip_bad,
                                      const Progress& progress) {
  const GenreTree files = find_genre_tree(root, Media::pictures);
  if (files.genres.size() == 1)
    throw Error(root.string(), " has one genre folder, '", files.genres[0],
                "'; telling genres apart takes at least two");
  SpectrogramTree tree;
  tree.genres = files.genres;
  tree.pictures = load_pictures(files.paths, progress, root);
  const auto& bad = tree.pictures.bad;
  if (!bad.empty() && !skip_bad)
    throw Error(root.string(), " has ", bad.size(), bad.size() == 1 ? " picture" : " pictures",
                " that cannot be used (--skip-bad leaves them out):", listed(bad));
  tree.labels = labels_of(tree.pictures.paths, tree.genres);
  check_every_genre_is_left(tree, root);
  return tree;
}

}  // namespace tutti
