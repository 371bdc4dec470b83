#include "datasets/genre_tree.h"

#include <algorithm>
#include <sstream>

#include "kernels/support/error.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// A line for each, to follow the line that says what is wrong.
std::string lines_of(const std::vector<BadFile>& bad) {
  std::ostringstream lines;
  for (const auto& [path, reason] : bad) lines << "\n  " << path.string() << ": " << reason;
  return lines.str();
}

}  // namespace

GenreTree find_genre_tree(const fs::path& root, Media media) {
  const std::string wanted = std::string("a folder that holds one folder of ") +
                             (media == Media::pictures ? "pictures" : "songs") +
                             " a genre is wanted";
  std::error_code problem;
  const auto status = fs::status(root, problem);
  if (!fs::exists(status))
    throw Error("cannot read ", root.string(), ": ", problem.message(), "; ", wanted);
  if (!fs::is_directory(status)) throw Error(root.string(), " is a file; ", wanted);

  GenreTree tree;
  for (const auto& folder : folders_in(root)) {
    tree.genres.push_back(as_utf8(folder.filename().string()));
    const auto files = media_in(folder, media);
    if (files.empty() && !folders_in(folder).empty())
      throw Error(folder.string(), " holds folders, but ", none_of(media), "; give it instead of ",
                  root.string(), " if its folders are genres");
    if (files.empty())
      throw Error(folder.string(), " holds ", none_of(media), "; add some or remove it");
    for (const auto& file : files) tree.paths.push_back(folder.filename() / file.filename());
  }
  if (tree.genres.empty()) throw Error(root.string(), " has no genre folders; ", wanted);
  std::ranges::sort(tree.genres);
  return tree;
}

GenreTree find_labeled_tree(const fs::path& root, Media media) {
  GenreTree tree = find_genre_tree(root, media);
  if (tree.genres.size() == 1)
    throw Error(root.string(), " has one genre folder, '", tree.genres[0],
                "'; telling genres apart takes at least two");
  return tree;
}

std::vector<std::int32_t> labels_of(const std::vector<fs::path>& paths,
                                    const std::vector<std::string>& genres) {
  std::vector<std::int32_t> labels;
  for (const auto& path : paths) {
    const auto genre = std::ranges::lower_bound(genres, as_utf8(path.begin()->string()));
    labels.push_back(static_cast<std::int32_t>(genre - genres.begin()));
  }
  return labels;
}

void expect_usable(const fs::path& root, const std::vector<std::string>& genres,
                   const std::vector<std::int32_t>& labels, const std::vector<BadFile>& bad,
                   bool skip_bad, Media media) {
  const std::string what = media == Media::pictures ? "picture" : "song";
  if (!bad.empty() && !skip_bad)
    throw Error(root.string(), " has ", bad.size(), ' ', what, bad.size() == 1 ? "" : "s",
                " that cannot be used (--skip-bad leaves them out):", lines_of(bad));
  for (std::size_t i = 0; i < genres.size(); ++i)
    if (std::ranges::find(labels, static_cast<std::int32_t>(i)) == labels.end())
      throw Error((root / genres[i]).string(), " has no ", what,
                  " that can be used; repair them or remove it", lines_of(bad));
}

Media media_of_tree(const fs::path& root) {
  std::error_code problem;
  if (!fs::is_directory(root, problem)) return Media::pictures;
  bool songs = false;
  for (const auto& folder : folders_in(root)) {
    if (!media_in(folder, Media::pictures).empty()) return Media::pictures;
    songs = songs || !media_in(folder, Media::songs).empty();
  }
  return songs ? Media::songs : Media::pictures;
}

}  // namespace tutti
