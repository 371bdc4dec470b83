#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/audit/catalog.h"
#include "datasets/audit/copies.h"
#include "datasets/audit/faults.h"
#include "datasets/splits/split_plan.h"

namespace tutti {

struct AuditOptions {
  std::optional<SplitPlan> split;  // files: or groups:, to look across its parts
  std::filesystem::path catalog;   // none if empty
  std::uint64_t seed = 54;         // of a split by groups
};

/// Two clips of one artist and title, as the catalog says.
struct ListedPair {
  std::size_t first = 0, second = 0;
  bool found = false;  // also among the copies
};

/// An artist with clips in the training part and in another.
struct SharedArtist {
  std::string artist;
  std::array<std::int64_t, 3> clips{};  // to train, to validate, to test
};

/// What is wrong with a collection of clips.
struct Audit {
  std::vector<std::filesystem::path> clips;  // that could be used, below the root
  Media media = Media::songs;
  double seconds_a_frame = 0;  // of the copies' lags; clips of the usual length last 30 s
  std::vector<Copy> copies;
  std::vector<Fault> faults;          // also of clips that could not be used
  std::vector<Song> songs;            // one per clip; none without a catalog
  std::vector<ListedPair> listed;     // by the catalog
  std::vector<std::string> parts;     // of each clip: train, validation, test or nothing
  std::vector<SharedArtist> artists;  // in more than one part
  /// Whether one clip is trained on and the other is not, of two that are in a part.
  bool crosses(std::size_t a, std::size_t b) const;
};

/// Listens to the songs below a folder, or looks at the spectrogram pictures where it has no songs.
/// An Error if there is neither, if fewer than two can be used, or as read_catalog and split_by.
Audit audit(const std::filesystem::path& root, const AuditOptions& options,
            const std::function<Progress(const std::string& what)>& progress = {});

}  // namespace tutti
