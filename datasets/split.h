#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/support/enum_names.h"

namespace tutti {

/// The parts of a data set, as split.csv names them, what is in none of them, and the whole.
enum class Part { test, validation, train, none, all };
template <>
inline constexpr EnumNames<Part> enum_names<Part> = {"a part of a split",
                                                     {{Part::test, "test"},
                                                      {Part::validation, "validation"},
                                                      {Part::train, "train"},
                                                      {Part::none, "none"},
                                                      {Part::all, "all"}}};

/// Row numbers of the parts of a data set, each sorted.
struct Split {
  std::vector<std::int32_t> train, test;
};

/// The same with a part to validate on while training.
struct ThreeWaySplit {
  std::vector<std::int32_t> train, validation, test;
};

/// A seeded permutation of n examples, its first round(fraction * n) for training and the rest for
/// testing. An Error if either part would be empty.
Split split_train_test(std::int64_t n, double train_fraction, std::uint64_t seed);

/// Seeded and stratified: round(test_share * n) rows for testing, then that share of the rest for
/// validation, each class within one row of its exact share and with at least one, which may make
/// a part larger. An Error names a class that would have no row left; a share of 0 leaves its part
/// empty. Labels are indices into `classes`.
ThreeWaySplit split_stratified(const std::vector<std::int32_t>& labels,
                               const std::vector<std::string>& classes, double test_share,
                               double validation_share_of_rest, std::uint64_t seed);

/// Makes the training parts of several splits equally large, and the validation parts, for members
/// that are trained side by side: the larger ones lose rows at random.
void equalize(std::vector<ThreeWaySplit>& splits, std::uint64_t seed);

/// k seeded, stratified folds: every row is tested in exactly one; sizes, and the rows of each
/// class, differ by at most one between folds. An Error unless 2 <= k <= rows of every class.
std::vector<Split> k_folds(const std::vector<std::int32_t>& labels,
                           const std::vector<std::string>& classes, int k, std::uint64_t seed);

}  // namespace tutti
