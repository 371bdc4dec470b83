#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/feature_table.h"
#include "datasets/spectrogram_tree.h"

namespace tutti {

/// The same clips as every model of ours takes them.
struct ComparisonData {
  ClipTree tree;                         // mel pictures
  std::vector<std::string> names;        // of the clips: their paths
  Tensor pictures;                       // uint8 [n, 2900, 127, 1]
  std::optional<FeatureTable> features;  // row i is clip i
  std::vector<std::int32_t> rows;        // the clips that all of them have
};

/// From a tree of songs, everything; from one of mel pictures, the pictures resized, and features
/// of the table, if there is one, whose names are those of the clips. An Error if no clip is left,
/// as load_clip_tree's and load_feature_table's, and if a name may be several clips.
ComparisonData load_comparison_data(const std::filesystem::path& root,
                                    const std::filesystem::path& features, bool skip_bad = false,
                                    const Progress& progress = {});

}  // namespace tutti
