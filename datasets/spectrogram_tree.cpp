#include "datasets/spectrogram_tree.h"

#include <algorithm>
#include <sstream>

#include "datasets/genre_tree.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// The index of each picture's folder in the sorted genres.
std::vector<std::int32_t> labels_of(const std::vector<fs::path>& paths,
                                    const std::vector<std::string>& genres) {
  std::vector<std::int32_t> labels;
  for (const auto& path : paths) {
    const auto genre =
        std::lower_bound(genres.begin(), genres.end(), as_utf8(path.begin()->string()));
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

void expect_two_genres(const GenreTree& files, const fs::path& root) {
  if (files.genres.size() == 1)
    throw Error(root.string(), " has one genre folder, '", files.genres[0],
                "'; telling genres apart takes at least two");
}

/// The labels of what could be used. An Error that lists the bad unless they may be skipped, and
/// if a genre has nothing else. `what` is singular: "picture".
std::vector<std::int32_t> usable_labels(const fs::path& root,
                                        const std::vector<std::string>& genres,
                                        const std::vector<fs::path>& paths,
                                        const std::vector<BadFile>& bad, bool skip_bad,
                                        const std::string& what) {
  if (!bad.empty() && !skip_bad)
    throw Error(root.string(), " has ", bad.size(), ' ', what, bad.size() == 1 ? "" : "s",
                " that cannot be used (--skip-bad leaves them out):", listed(bad));
  const auto labels = labels_of(paths, genres);
  for (std::size_t i = 0; i < genres.size(); ++i)
    if (std::find(labels.begin(), labels.end(), i) == labels.end())
      throw Error((root / genres[i]).string(), " has no ", what,
                  " that can be used; repair them or remove it", listed(bad));
  return labels;
}

}  // namespace

SpectrogramTree load_spectrogram_tree(const fs::path& root, bool skip_bad,
                                      const Progress& progress) {
  const GenreTree files = find_genre_tree(root, Media::pictures);
  expect_two_genres(files, root);
  SpectrogramTree tree;
  tree.genres = files.genres;
  tree.pictures = load_pictures(files.paths, progress, root);
  tree.labels =
      usable_labels(root, tree.genres, tree.pictures.paths, tree.pictures.bad, skip_bad, "picture");
  return tree;
}

ClipTree load_clip_tree(const fs::path& root, bool skip_bad, const Progress& progress) {
  const Media media = media_of_tree(root);
  const GenreTree files = find_genre_tree(root, media);
  expect_two_genres(files, root);
  ClipTree tree;
  tree.genres = files.genres;
  tree.clips = media == Media::pictures ? load_clips(files.paths, progress, root)
                                        : hear_clips(files.paths, progress, root);
  tree.labels = usable_labels(root, tree.genres, tree.clips.paths, tree.clips.bad, skip_bad,
                              media == Media::pictures ? "picture" : "song");
  return tree;
}

}  // namespace tutti
