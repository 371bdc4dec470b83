#include "datasets/pack/packing.h"

#include <exception>

#include "datasets/clips.h"
#include "datasets/feature_table.h"
#include "datasets/genre_tree.h"
#include "datasets/pack/notes.h"
#include "datasets/pack/pack_writer.h"
#include "datasets/picture.h"
#include "datasets/song_pictures.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

std::string_view bytes_at(const void* address, std::size_t count) {
  return {static_cast<const char*>(address), count};
}

void add_clip(PackWriter& writer, PackIndex& index, const fs::path& path,
              const DecodedClip& decoded) {
  const auto& [picture, hash, reason] = decoded;
  if (!reason.empty()) {
    index.left_out.push_back({path, reason});
    return;
  }
  std::vector<std::uint8_t> levels(picture.pixels.size());
  write_frames(picture, levels.data());
  writer.add(bytes_at(levels.data(), levels.size()));
  index.names.push_back(path.generic_string());
  index.shapes.push_back(
      {static_cast<std::int32_t>(picture.rows), static_cast<std::int32_t>(picture.columns)});
  index.hashes.push_back(hash);
}

/// What is noted of all pictures together: which of them tutti spectrogram made is of no use here.
nlohmann::json notes_to_pack(const fs::path& root) {
  scale_of_tree(root);  // an Error, if it is not known
  Notes notes = notes_of_tree(root);
  if (notes) notes.values.erase("pictures");
  return notes.values;
}

PackIndex write_tree(PackWriter& writer, const fs::path& root, bool skip_bad,
                     const Progress& progress, const std::stop_token& stop) {
  const Media media = media_of_tree(root);
  const GenreTree files = find_labeled_tree(root, media);
  PackIndex index;
  index.kind = media == Media::pictures ? PackKind::pictures : PackKind::songs;
  index.classes = files.genres;
  index.notes = notes_to_pack(root);
  const auto all = std::ssize(files.paths);
  const std::int64_t at_once = 4 * thread_count();
  for (std::int64_t first = 0; first < all; first += at_once) {
    if (stop.stop_requested()) throw Error("stopped before all was packed");
    const auto begin = files.paths.begin() + first;
    const std::vector<fs::path> some(begin, begin + std::min(at_once, all - first));
    const auto decoded = decode_clips(
        some, media,
        [&](std::int64_t done, std::int64_t) {
          if (progress) progress(first + done, all);
        },
        root);
    for (std::size_t i = 0; i < some.size(); ++i) add_clip(writer, index, some[i], decoded[i]);
  }
  const std::vector<fs::path> used(index.names.begin(), index.names.end());
  index.labels = labels_of(used, index.classes);
  expect_usable(root, index.classes, index.labels, index.left_out, skip_bad, media);
  return index;
}

PackIndex write_table(PackWriter& writer, const fs::path& path) {
  const FeatureTable table = load_feature_table(path, true, feature_set_of_table(path));
  writer.add(bytes_at(table.values.data<float>(),
                      static_cast<std::size_t>(table.values.size()) * sizeof(float)));
  return {.kind = PackKind::table,
          .classes = table.classes,
          .names = table.names,
          .labels = table.labels,
          .shapes = {},
          .hashes = {},
          .left_out = {},
          .notes = notes_of_table(path).values};
}

}  // namespace

Packed pack(const fs::path& data, const fs::path& out, bool skip_bad, const Progress& progress,
            std::stop_token stop) {
  if (is_pack(data)) throw Error(data.string(), " is a pack already");
  Packed packed;
  std::exception_ptr wrong;  // with the data, which is not to be said as if it were with the file
  const auto write = [&](const fs::path& temporary) {
    try {
      PackWriter writer(temporary, out);
      std::error_code problem;
      packed.index = fs::is_regular_file(data, problem)
                         ? write_table(writer, data)
                         : write_tree(writer, data, skip_bad, progress, stop);
      packed.bytes = writer.finish(packed.index);
    } catch (...) {
      wrong = std::current_exception();
      throw;
    }
  };
  try {
    write_atomically(out, write);
  } catch (...) {
    if (wrong) std::rethrow_exception(wrong);
    throw;
  }
  return packed;
}

}  // namespace tutti
