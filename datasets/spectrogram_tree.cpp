#include "datasets/spectrogram_tree.h"

#include <algorithm>
#include <sstream>

#include "engine/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr const char* wanted = "a folder that holds one folder of pictures a genre is wanted";

std::vector<std::string> find_genres(const fs::path& root) {
  std::error_code problem;
  const auto status = fs::status(root, problem);
  if (!fs::exists(status))
    throw Error("cannot read ", root.string(), ": ", problem.message(), "; ", wanted);
  if (!fs::is_directory(status)) throw Error(root.string(), " is a file; ", wanted);

  std::vector<std::string> genres;
  for (const auto& folder : folders_in(root)) genres.push_back(folder.filename().string());
  if (genres.empty()) throw Error(root.string(), " has no genre folders; ", wanted);
  if (genres.size() == 1)
    throw Error(root.string(), " has one genre folder, '", genres[0],
                "'; telling genres apart takes at least two");
  return genres;
}

/// The pictures of all genres, relative to the root.
std::vector<fs::path> pictures_of(const fs::path& root, const std::vector<std::string>& genres) {
  std::vector<fs::path> paths;
  for (const auto& genre : genres) {
    const auto pictures = pictures_in(root / genre);
    if (pictures.empty())
      throw Error((root / genre).string(),
                  " holds no pictures (.png, .jpg, .jpeg or .bmp files); add some or remove it");
    for (const auto& picture : pictures) paths.push_back(fs::path(genre) / picture.filename());
  }
  return paths;
}

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
std::string listed(const std::vector<BadPicture>& bad) {
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
  SpectrogramTree tree;
  tree.genres = find_genres(root);
  tree.pictures = load_pictures(pictures_of(root, tree.genres), progress, root);
  const auto& bad = tree.pictures.bad;
  if (!bad.empty() && !skip_bad)
    throw Error(root.string(), " has ", bad.size(), bad.size() == 1 ? " picture" : " pictures",
                " that cannot be used (--skip-bad leaves them out):", listed(bad));
  tree.labels = labels_of(tree.pictures.paths, tree.genres);
  check_every_genre_is_left(tree, root);
  return tree;
}

}  // namespace tutti
