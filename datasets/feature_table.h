#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// The 28 features of a song, in the order of the published data set: tempo, beats, … mfcc20.
const std::vector<std::string>& feature_names();

/// A table of songs, one a row.
struct FeatureTable {
  std::vector<std::string> names;    // of the column `filename`; "line N" in a table without it
  Tensor values;                     // float32 [n, 28], columns as in feature_names()
  std::vector<std::string> classes;  // sorted by name; pop, classical if the labels are 1 and 2
  std::vector<std::int32_t> labels;  // index into classes, one a song
  std::string fingerprint;  // 16 hex digits of names, values and labels; the order of songs matters
};

/// Reads a CSV table whose first line names its columns, in any order: the 28 features, `label` and
/// perhaps `filename`. Unless `labelled`, `label` may be missing, is not read if it is there, and
/// classes and labels stay empty. Errors name the file and the line or column: a file that cannot
/// be read or has no songs, columns that are missing, doubled or unknown, a row of another length
/// than the header, a value that is no finite number, an empty label, fewer than two classes.
FeatureTable load_feature_table(const std::filesystem::path& path, bool labelled = true);

}  // namespace tutti
