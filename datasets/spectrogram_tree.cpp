#include "datasets/spectrogram_tree.h"

#include "datasets/genre_tree.h"
#include "datasets/pack/pack.h"
#include "datasets/pack/unpack.h"

namespace tutti {
namespace fs = std::filesystem;

SpectrogramTree load_spectrogram_tree(const fs::path& root, bool skip_bad,
                                      const Progress& progress) {
  if (is_pack(root)) return unpack_pictures(open_pack(root));
  const GenreTree files = find_labeled_tree(root, Media::pictures);
  SpectrogramTree tree;
  tree.genres = files.genres;
  tree.pictures = load_pictures(files.paths, progress, root);
  tree.labels = labels_of(tree.pictures.paths, tree.genres);
  expect_usable(root, tree.genres, tree.labels, tree.pictures.bad, skip_bad, Media::pictures);
  return tree;
}

ClipTree load_clip_tree(const fs::path& root, bool skip_bad, const Progress& progress) {
  if (is_pack(root)) return unpack_clips(open_pack(root), skip_bad);
  const Media media = media_of_tree(root);
  const GenreTree files = find_labeled_tree(root, media);
  ClipTree tree;
  tree.genres = files.genres;
  tree.clips = joined_clips(files.paths, decode_clips(files.paths, media, progress, root));
  tree.labels = labels_of(tree.clips.paths, tree.genres);
  expect_usable(root, tree.genres, tree.labels, tree.clips.bad, skip_bad, media);
  return tree;
}

}  // namespace tutti
