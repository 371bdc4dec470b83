#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/split.h"

namespace tutti {

/// How a data set is cut into parts:
///   random                       any clip anywhere
///   stratified                   each part has its share of every genre
///   files:TRAIN,VALIDATION,TEST  text files that name the clips of each part, one per line;
///   files:TRAIN,TEST             blank lines and those that begin with # do not count
///   groups:CSV                   a table of clips (column file, filename, path or name) and their
///                                groups (group, artist or artist_group): clips of one group stay
///                                in one part, and the parts are stratified as far as that allows
/// A clip is named with or without its folders and extension, as far as that tells it apart. Clips
/// that files or CSV do not name are in no part.
struct SplitPlan {
  enum class Kind { random, stratified, files, groups };
  Kind kind = Kind::stratified;
  std::vector<std::filesystem::path> files;
};

/// An Error if the text is not a plan.
SplitPlan split_plan_named(const std::string& text);
std::string name(const SplitPlan& plan);  // the text again

/// What is cut: names or paths of clips, and an index into `classes` for each.
struct SplitData {
  const std::vector<std::string>& names;
  const std::vector<std::int32_t>& labels;
  const std::vector<std::string>& classes;
};

/// Shares as those of split_stratified; files have their own. Errors: as split_stratified's; a file
/// that cannot be read, names a clip that is not there or that could be several, or one clip twice;
/// a CSV that lacks a column, names one clip in two groups, none of the clips, or a single group; a
/// part without a clip of a class (but for random parts, which may lack some).
ThreeWaySplit split_by(const SplitPlan& plan, const SplitData& data, double test_share,
                       double validation_share_of_rest, std::uint64_t seed);

/// Of some rows alone, as if there were no others.
ThreeWaySplit split_by(const SplitPlan& plan, const SplitData& data,
                       const std::vector<std::int32_t>& rows, double test_share,
                       double validation_share_of_rest, std::uint64_t seed);

/// k folds, each tested on once; see k_folds. An Error also for files, which make one split.
std::vector<Split> folds_by(const SplitPlan& plan, const SplitData& data, int k,
                            std::uint64_t seed);
std::vector<Split> folds_by(const SplitPlan& plan, const SplitData& data,
                            const std::vector<std::int32_t>& rows, int k, std::uint64_t seed);

}  // namespace tutti
