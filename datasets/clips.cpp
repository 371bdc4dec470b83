#include "datasets/clips.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "datasets/audio/mel_picture.h"
#include "datasets/audio/songs.h"
#include "datasets/decoding/answers.h"
#include "datasets/fingerprint.h"
#include "datasets/picture.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

std::string name_of(const fs::path& path) { return path.generic_string() + '\0'; }

/// The height of most of the good pictures, the lower one of two.
std::int64_t usual_height(const std::vector<DecodedClip>& outcomes) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto& outcome : outcomes)
    if (outcome.reason.empty()) ++counts[outcome.picture.rows];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
  return most == counts.end() ? 0 : most->first;
}

DecodedClip decoded(const fs::path& root, const fs::path& path) try {
  const std::string file = read_picture_file(root / path);
  return {read_picture(root / path), fnv(file, fnv(name_of(path))), {}};
} catch (const Error& problem) {
  return {{}, 0, problem.what()};
}

std::vector<DecodedClip> decode_pictures(const std::vector<fs::path>& paths,
                                         const Progress& progress, const fs::path& root) {
  const auto count = static_cast<std::int64_t>(paths.size());
  std::vector<DecodedClip> outcomes(paths.size());
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(count, [&](std::int64_t i) {
    outcomes[i] = decoded(root, paths[i]);
    const std::lock_guard lock(mutex);
    if (progress) progress(++done, count);
  });
  return outcomes;
}

std::vector<DecodedClip> decode_songs(const std::vector<fs::path>& songs, const Progress& progress,
                                      const fs::path& root) {
  std::vector<fs::path> files;
  for (const auto& song : songs) files.push_back(root / song);
  std::vector<DecodedClip> outcomes(songs.size());
  const auto problems = read_songs(
      files, Windows::clip,
      [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
        auto& outcome = outcomes[song];
        outcome.picture = mel_picture(samples);
        const auto& pixels = outcome.picture.pixels;
        outcome.hash = fnv({reinterpret_cast<const char*>(pixels.data()), pixels.size()},
                           fnv(name_of(songs[song])));
      },
      progress);
  std::map<fs::path, std::string> reasons;
  for (const auto& [path, reason] : problems.bad) reasons[path] = reason;
  for (std::size_t i = 0; i < songs.size(); ++i)
    if (const auto bad = reasons.find(files[i]); bad != reasons.end())
      outcomes[i].reason = bad->second;
  return outcomes;
}

}  // namespace

std::vector<DecodedClip> decode_clips(const std::vector<fs::path>& paths, Media media,
                                      const Progress& progress, const fs::path& root) {
  return media == Media::pictures ? decode_pictures(paths, progress, root)
                                  : decode_songs(paths, progress, root);
}

Clips joined_clips(const std::vector<fs::path>& paths, std::vector<DecodedClip> decoded) {
  const auto height = usual_height(decoded);
  Clips clips;
  std::vector<const GrayPicture*> pictures;
  std::uint64_t fingerprint = fnv_start;
  std::int64_t frames = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto& [picture, hash, reason] = decoded[i];
    if (reason.empty() && picture.rows != height)
      reason = "has " + std::to_string(picture.rows) + " rows of frequencies, most of the others " +
               std::to_string(height) + "; pictures made alike are wanted";
    if (!reason.empty()) {
      clips.bad.push_back({paths[i], reason});
      continue;
    }
    clips.paths.push_back(paths[i]);
    clips.spans.push_back({frames, picture.columns});
    pictures.push_back(&picture);
    frames += picture.columns;
    fingerprint = (fingerprint ^ hash) * fnv_prime;
  }
  clips.fingerprint = hex(fingerprint);
  clips.frames = Tensor::empty({frames, height}, DType::uint8, Device::cpu);
  auto* const bytes = clips.frames.data<std::uint8_t>();
  parallel_for(static_cast<std::int64_t>(pictures.size()), [&](std::int64_t i) {
    write_frames(*pictures[i], bytes + clips.spans[i].first * height);
  });
  return clips;
}

Clips load_clips(const std::vector<fs::path>& paths, const Progress& progress,
                 const fs::path& root) {
  return joined_clips(paths, decode_pictures(paths, progress, root));
}

Clips hear_clips(const std::vector<fs::path>& songs, const Progress& progress,
                 const fs::path& root) {
  return joined_clips(songs, decode_songs(songs, progress, root));
}

}  // namespace tutti
