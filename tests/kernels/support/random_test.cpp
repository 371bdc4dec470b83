#include "kernels/support/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/catch.h"

using tutti::RandomStream;

TEST_CASE("A stream is its key, and derived streams are independent of drawing") {
  RandomStream a(5), b(5);
  CHECK(a.word() == b.word());
  CHECK(a.derive(3).key() == RandomStream(5).derive(3).key());
  CHECK(a.derive(3).key() != a.derive(4).key());
  CHECK(a.word() == b.word());
}

TEST_CASE("Uniform, normal and whole numbers have the moments they should") {
  RandomStream random(1);
  constexpr int n = 100000;
  double sum = 0, normal = 0, squares = 0;
  std::vector<int> counts(7);
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform(-1, 3);
    REQUIRE(u >= -1);
    REQUIRE(u < 3);
    sum += u;
    const double z = random.normal();
    normal += z;
    squares += z * z;
    ++counts[static_cast<std::size_t>(random.below(7))];
  }
  CHECK(sum / n == Approx(1).margin(0.015));
  CHECK(normal / n == Approx(0).margin(0.013));
  CHECK(squares / n == Approx(1).margin(0.018));
  for (const int count : counts) CHECK(count == Approx(n / 7.0).margin(450));
}

TEST_CASE("Shuffling keeps every item and moves most of them") {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  auto shuffled = items;
  RandomStream(2).shuffle(shuffled);
  int fixed = 0;
  for (int i = 0; i < 100; ++i) fixed += shuffled[static_cast<std::size_t>(i)] == i;
  CHECK(fixed < 10);
  std::sort(shuffled.begin(), shuffled.end());
  CHECK(shuffled == items);
}
