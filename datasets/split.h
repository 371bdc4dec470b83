#pragma once
#include <cstdint>
#include <vector>

namespace tutti {

/// Row numbers of the parts of a data set, each sorted.
struct Split {
  std::vector<std::int32_t> train, test;
};

/// A seeded permutation of n examples, its first round(fraction * n) for training and the rest for
/// testing. An Error if either part would be empty.
Split split_train_test(std::int64_t n, double train_fraction, std::uint64_t seed);

}  // namespace tutti
