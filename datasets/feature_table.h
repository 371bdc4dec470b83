#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "kernels/support/enum_names.h"

namespace tutti {

/// The columns of a table: the 28 features of the published data set (song_features), or the 800
/// statistics of mel pictures (song_statistics).
enum class FeatureSet { librosa, statistics };
template <>
inline constexpr EnumNames<FeatureSet> enum_names<FeatureSet> = {
    "a set of features",
    {{FeatureSet::librosa, "librosa"}, {FeatureSet::statistics, "statistics"}}};

/// The features of a set in their order: tempo, beats, … mfcc20 of the published data set.
const std::vector<std::string>& feature_names(FeatureSet set = FeatureSet::librosa);

/// The set of a table as `table`.json, or its pack, says; without that the published one. An Error
/// if that is damaged.
FeatureSet feature_set_of_table(const std::filesystem::path& table);

/// A table of songs, one per row.
struct FeatureTable {
  std::vector<std::string> names;    // of the column `filename`; "line N" in a table without it
  Tensor values;                     // float32 [n, features], columns as in feature_names(set)
  std::vector<std::string> classes;  // sorted by name; pop, classical if the labels are 1 and 2
  std::vector<std::int32_t> labels;  // index into classes, one per song
  FeatureSet set = FeatureSet::librosa;
  std::string fingerprint;  // 16 hex digits of names, values and labels; the order of songs matters
};

/// Reads a pack of a table, or a CSV table whose first line names its columns, in any order: the
/// features, `label` and perhaps `filename`. Unless `labeled`, `label` may be missing, is not read
/// if it is there, and classes and labels stay empty. Errors name the file and the line or column:
/// a file that cannot be read or has no songs, columns that are missing, doubled or unknown, a row
/// of another length than the header, a value that is not a finite number, an empty label, fewer
/// than two classes, a table whose record says that it is of another set.
FeatureTable load_feature_table(const std::filesystem::path& path, bool labeled = true,
                                FeatureSet set = FeatureSet::librosa);

}  // namespace tutti
