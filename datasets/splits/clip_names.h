#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// Finds clips by their names as lists of others spell them: "blues/blues.00029.wav" is found as
/// blues.00029, and the other way round. A name matches if it is the end of the other, folder by
/// folder, their extensions of songs or pictures left out.
class ClipNames {
 public:
  explicit ClipNames(const std::vector<std::string>& names);

  /// The rows that a name matches: none if there is no such clip, several if it tells too little.
  std::vector<std::int32_t> find(std::string_view name) const;

 private:
  std::vector<std::string> keys_;
  std::multimap<std::string, std::int32_t> by_last_part_;
};

/// The clips that a table puts into groups.
struct ClipGroups {
  std::vector<std::int32_t> group;  // of each clip, -1 if the table does not name it
  std::vector<std::string> names;   // of the groups that have clips
};

/// Reads groups:CSV, see SplitPlan. Clips that are not there may be named. Errors name file and
/// line: it cannot be read, lacks a column, names a clip that could be several, or one in two
/// groups; none of the clips.
ClipGroups read_clip_groups(const std::filesystem::path& csv,
                            const std::vector<std::string>& names);

}  // namespace tutti
