#include "datasets/genre_tree.h"

#include <algorithm>

#include "kernels/support/error.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

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
