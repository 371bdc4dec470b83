#include "datasets/audit/audit.h"

#include <algorithm>
#include <map>
#include <set>

#include "datasets/clips.h"
#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> below(const fs::path& root, Media media) {
  std::vector<fs::path> paths;
  for (const auto& path : media_below(root, media)) paths.push_back(path.lexically_relative(root));
  return paths;
}

std::vector<std::string> names_of(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(path.generic_string());
  return names;
}

void compare_with_catalog(Audit& audit) {
  std::set<std::pair<std::size_t, std::size_t>> found;
  for (const auto& copy : audit.copies) found.emplace(copy.first, copy.second);
  for (std::size_t a = 0; a < audit.songs.size(); ++a)
    for (std::size_t b = a + 1; b < audit.songs.size(); ++b)
      if (same_song(audit.songs[a], audit.songs[b]))
        audit.listed.push_back({a, b, found.contains({a, b})});
}

/// The folders that clips stand in, as classes of a split.
void set_parts(Audit& audit, const SplitPlan& plan, std::uint64_t seed) {
  const auto names = names_of(audit.clips);
  std::vector<std::string> classes;
  for (const auto& path : audit.clips) classes.push_back(path.parent_path().generic_string());
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  std::vector<std::int32_t> labels;
  for (const auto& path : audit.clips)
    labels.push_back(static_cast<std::int32_t>(
        std::ranges::lower_bound(classes, path.parent_path().generic_string()) - classes.begin()));
  const auto split = split_by(plan, {names, labels, classes}, 0.2, 0, seed);
  audit.parts.resize(names.size());
  for (const auto& [rows, part] :
       {std::pair(&split.train, "train"), std::pair(&split.validation, "validation"),
        std::pair(&split.test, "test")})
    for (const auto row : *rows) audit.parts[static_cast<std::size_t>(row)] = part;
}

void find_shared_artists(Audit& audit) {
  std::map<std::string, SharedArtist> artists;
  for (std::size_t i = 0; i < audit.songs.size(); ++i) {
    const auto& [artist, title] = audit.songs[i];
    if (artist.empty() || audit.parts[i].empty()) continue;
    auto& shared = artists[artist];
    shared.artist = artist;
    ++shared.clips[audit.parts[i] == "train" ? 0 : audit.parts[i] == "validation" ? 1 : 2];
  }
  for (const auto& [artist, shared] : artists)
    if (shared.clips[0] > 0 && shared.clips[1] + shared.clips[2] > 0)
      audit.artists.push_back(shared);
}

double usual_frames(const Clips& clips) {
  std::vector<double> lengths;
  for (const auto& span : clips.spans) lengths.push_back(static_cast<double>(span.frames));
  return usual(lengths);
}

}  // namespace

bool Audit::crosses(std::size_t a, std::size_t b) const {
  if (parts.empty() || parts[a].empty() || parts[b].empty()) return false;
  return parts[a] != parts[b] && (parts[a] == "train" || parts[b] == "train");
}

Audit audit(const fs::path& root, const AuditOptions& options,
            const std::function<Progress(const std::string& what)>& progress) {
  const auto told = [&](const char* what) { return progress ? progress(what) : Progress(); };
  Audit audit;
  auto paths = below(root, Media::songs);
  if (paths.empty()) {
    audit.media = Media::pictures;
    paths = below(root, Media::pictures);
  }
  if (paths.empty())
    throw Error(root.string(), " holds ", none_of(Media::songs), " and ", none_of(Media::pictures));

  const bool songs = audit.media == Media::songs;
  if (songs) audit.faults = sound_faults(paths, root, told("measuring"));
  const Clips clips =
      songs ? hear_clips(paths, told("listening"), root) : load_clips(paths, told("reading"), root);
  for (const auto& [path, reason] : clips.bad) audit.faults.push_back({path, "unreadable", reason});
  if (clips.paths.size() < 2)
    throw Error(root.string(), " has ", clips.paths.empty() ? "no clip" : "one clip",
                " that can be used; an audit compares at least two",
                clips.bad.empty() ? ""
                                  : "; the first that cannot, " + clips.bad[0].path.string() +
                                        ": " + clips.bad[0].reason);
  if (!songs) {
    const auto faults = picture_faults(clips);
    audit.faults.insert(audit.faults.end(), faults.begin(), faults.end());
  }
  std::ranges::stable_sort(audit.faults, {}, &Fault::path);
  audit.clips = clips.paths;
  audit.seconds_a_frame = 30 / (songs ? 775 : usual_frames(clips));
  if (!options.catalog.empty()) audit.songs = read_catalog(options.catalog, names_of(audit.clips));
  if (options.split) set_parts(audit, *options.split, options.seed);
  audit.copies = find_copies(clips, told("comparing"));
  compare_with_catalog(audit);
  if (!audit.parts.empty()) find_shared_artists(audit);
  return audit;
}

}  // namespace tutti
