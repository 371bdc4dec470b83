#include "datasets/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/error.h"
#include "engine/random.h"

namespace tutti {

Split split_train_test(std::int64_t n, double train_fraction, std::uint64_t seed) {
  const std::int64_t train = std::llround(train_fraction * static_cast<double>(n));
  if (train < 1 || train >= n)
    throw Error("a training share of ", train_fraction, " leaves ", std::max<std::int64_t>(0, train),
                " of ", n, " examples for training and ", n - train, " for testing; both need some");
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  RandomStream(seed).shuffle(order);
  Split split{{order.begin(), order.begin() + train}, {order.begin() + train, order.end()}};
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

}  // namespace tutti
