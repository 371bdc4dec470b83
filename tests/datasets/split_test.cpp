#include "datasets/split.h"

#include <algorithm>
#include <numeric>

#include "tests/support/catch.h"

using tutti::split_train_test;

TEST_CASE("A split holds every example once, in the shares asked for, by the seed") {
  const auto split = split_train_test(699, 0.8, 54);
  CHECK(split.train.size() == 559);
  CHECK(split.test.size() == 140);
  auto all = split.train;
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  std::vector<std::int32_t> expected(699);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(all == expected);
  CHECK(split.test == split_train_test(699, 0.8, 54).test);
  CHECK(split.test != split_train_test(699, 0.8, 55).test);
}

TEST_CASE("A split that leaves a part empty is refused") {
  CHECK_THROWS_WITH(split_train_test(3, 0.99, 1), Contains("leaves 3 of 3"));
  CHECK_THROWS_WITH(split_train_test(3, 0.1, 1), Contains("leaves 0 of 3"));
}
