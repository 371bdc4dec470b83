#include "datasets/split.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "kernels/support/error.h"
#include "kernels/support/random.h"

namespace tutti {
namespace {

using Rows = std::vector<std::int32_t>;

/// The rows of each class in an order of the seed's.
std::vector<Rows> shuffled_classes(const std::vector<std::int32_t>& labels, std::size_t classes,
                                   std::uint64_t seed) {
  std::vector<Rows> rows(classes);
  for (std::size_t i = 0; i < labels.size(); ++i)
    rows.at(static_cast<std::size_t>(labels[i])).push_back(static_cast<std::int32_t>(i));
  for (std::size_t c = 0; c < classes; ++c) RandomStream(seed).derive(c).shuffle(rows[c]);
  return rows;
}

/// How many rows each class gives to a part: its exact share rounded down, and one more for those
/// with the largest remainders until round(share * all rows) are reached; but at least one.
std::vector<std::size_t> apportion(const std::vector<Rows>& rows, double share) {
  std::vector<std::size_t> counts;
  std::vector<double> remainders;
  double all = 0;
  for (const auto& of_class : rows) {
    const double exact = share * static_cast<double>(of_class.size());
    counts.push_back(static_cast<std::size_t>(exact));
    remainders.push_back(exact - std::floor(exact));
    all += static_cast<double>(of_class.size());
  }
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  const auto left = static_cast<std::size_t>(std::llround(share * all)) -
                    std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t i = 0; i < left; ++i) ++counts[order[i]];
  if (share > 0)
    for (auto& count : counts) count = std::max<std::size_t>(1, count);
  return counts;
}

/// Moves a share of each class's rows to a part, which is then sorted.
Rows take_share(std::vector<Rows>& rows, double share, const std::vector<std::string>& classes,
                const char* purpose) {
  if (!(share >= 0 && share < 1))
    throw Error("a share of ", share, " for ", purpose, "; at least 0 and below 1 is possible");
  const auto counts = apportion(rows, share);
  Rows part;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (counts[c] >= rows[c].size())
      throw Error("of the ", rows[c].size(), " rows of '", classes[c], "' a share of ", share,
                  " for ", purpose, " would take ", counts[c],
                  "; every part needs a row of every class: change the share, or add rows");
    const auto first = rows[c].end() - static_cast<std::ptrdiff_t>(counts[c]);
    part.insert(part.end(), first, rows[c].end());
    rows[c].erase(first, rows[c].end());
  }
  std::sort(part.begin(), part.end());
  return part;
}

}  // namespace

Split split_train_test(std::int64_t n, double train_fraction, std::uint64_t seed) {
  const std::int64_t train = std::llround(train_fraction * static_cast<double>(n));
  if (train < 1 || train >= n)
    throw Error("a training share of ", train_fraction, " leaves ",
                std::max<std::int64_t>(0, train), " of ", n, " examples for training and ",
                n - train, " for testing; both need some");
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  RandomStream(seed).shuffle(order);
  Split split{{order.begin(), order.begin() + train}, {order.begin() + train, order.end()}};
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

ThreeWaySplit split_stratified(const std::vector<std::int32_t>& labels,
                               const std::vector<std::string>& classes, double test_share,
                               double validation_share_of_rest, std::uint64_t seed) {
  auto rows = shuffled_classes(labels, classes.size(), seed);
  ThreeWaySplit split;
  split.test = take_share(rows, test_share, classes, "testing");
  split.validation = take_share(rows, validation_share_of_rest, classes, "validation");
  for (const auto& of_class : rows)
    split.train.insert(split.train.end(), of_class.begin(), of_class.end());
  std::sort(split.train.begin(), split.train.end());
  return split;
}

void equalize(std::vector<ThreeWaySplit>& splits, std::uint64_t seed) {
  for (const auto part : {&ThreeWaySplit::train, &ThreeWaySplit::validation}) {
    std::size_t least = SIZE_MAX;
    for (const auto& split : splits) least = std::min(least, (split.*part).size());
    for (auto& split : splits) {
      Rows& rows = split.*part;
      if (rows.size() == least) continue;
      RandomStream(seed).shuffle(rows);
      rows.resize(least);
      std::sort(rows.begin(), rows.end());
    }
  }
}

std::vector<Split> k_folds(const std::vector<std::int32_t>& labels,
                           const std::vector<std::string>& classes, int k, std::uint64_t seed) {
  if (k < 2) throw Error(k, " folds; cross-validation takes at least 2");
  const auto rows = shuffled_classes(labels, classes.size(), seed);
  const auto folds = static_cast<std::size_t>(k);
  std::vector<std::size_t> fold_of(labels.size());
  std::size_t dealt = 0;  // goes on from class to class, which keeps the folds' sizes even
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (rows[c].size() < folds)
      throw Error(k, " folds, but '", classes[c], "' has ", rows[c].size(),
                  " rows; every fold needs a row of every class");
    for (const auto row : rows[c]) fold_of[static_cast<std::size_t>(row)] = dealt++ % folds;
  }
  std::vector<Split> splits(folds);
  for (std::size_t fold = 0; fold < folds; ++fold)
    for (std::size_t row = 0; row < labels.size(); ++row)
      (fold_of[row] == fold ? splits[fold].test : splits[fold].train)
          .push_back(static_cast<std::int32_t>(row));
  return splits;
}

}  // namespace tutti
