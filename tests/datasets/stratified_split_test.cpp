#include <algorithm>
#include <cmath>
#include <numeric>

#include "datasets/split.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

using Rows = std::vector<std::int32_t>;

/// Labels with counts[c] rows of class c, interleaved.
Rows labels_with(std::vector<int> counts) {
  Rows labels;
  while (std::any_of(counts.begin(), counts.end(), [](int left) { return left > 0; }))
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (counts[c]-- > 0) labels.push_back(static_cast<std::int32_t>(c));
  return labels;
}

std::int64_t count(const Rows& rows, const Rows& labels, int label) {
  return std::count_if(rows.begin(), rows.end(),
                       [&](auto row) { return labels[static_cast<std::size_t>(row)] == label; });
}

void check_parts(const std::vector<Rows>& parts, std::size_t n) {
  Rows all;
  for (const auto& part : parts) {
    CHECK(std::is_sorted(part.begin(), part.end()));
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end());
  Rows expected(n);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(all == expected);
}

const std::vector<std::string> two{"pop", "classical"}, three{"blues", "jazz", "rock"};

}  // namespace

TEST_CASE("Two equal classes of 200 rows are split 144, 16 and 40") {
  const auto labels = labels_with({100, 100});
  const auto split = split_stratified(labels, two, 0.2, 0.1, 54);
  check_parts({split.train, split.validation, split.test}, 200);
  for (const int label : {0, 1}) {
    CHECK(count(split.train, labels, label) == 72);
    CHECK(count(split.validation, labels, label) == 8);
    CHECK(count(split.test, labels, label) == 20);
  }
}

TEST_CASE("A stratified split is the seed's") {
  const auto labels = labels_with({100, 100});
  const auto split = split_stratified(labels, two, 0.2, 0.1, 54);
  const auto again = split_stratified(labels, two, 0.2, 0.1, 54);
  const auto other = split_stratified(labels, two, 0.2, 0.1, 55);
  CHECK(split.train == again.train);
  CHECK(split.validation == again.validation);
  CHECK(split.test == again.test);
  CHECK(split.test != other.test);
  CHECK(split.validation != other.validation);
}

TEST_CASE("Unequal classes keep their proportions within a row") {
  const std::vector<int> counts{17, 101, 64};
  const auto labels = labels_with(counts);
  for (const double test : {0.1, 0.25, 1.0 / 3, 0.5})
    for (const double validation : {0.1, 0.15, 0.5}) {
      const auto split = split_stratified(labels, three, test, validation, 1);
      check_parts({split.train, split.validation, split.test}, labels.size());
      CHECK(split.test.size() == static_cast<std::size_t>(std::llround(182 * test)));
      for (int c = 0; c < 3; ++c) {
        const auto tested = count(split.test, labels, c), rest = counts[c] - tested;
        CHECK(std::abs(tested - counts[c] * test) < 1);
        CHECK(std::abs(count(split.validation, labels, c) - rest * validation) < 1);
      }
    }
}

TEST_CASE("A share of 0 leaves its part empty") {
  const auto split = split_stratified(labels_with({3, 1}), two, 0, 0, 1);
  CHECK(split.train == Rows{0, 1, 2, 3});
  CHECK(split.validation.empty());
  CHECK(split.test.empty());
}

TEST_CASE("A stratified part has a row of every class, however small its share") {
  const auto labels = labels_with({100, 3});
  const auto split = split_stratified(labels, two, 0.2, 0.1, 1);
  const auto of_second = [&](const Rows& rows) {
    return std::ranges::count_if(
        rows, [&](auto row) { return labels[static_cast<std::size_t>(row)] == 1; });
  };
  CHECK(of_second(split.test) == 1);
  CHECK(of_second(split.validation) == 1);
  CHECK(of_second(split.train) == 1);
  CHECK(split.test.size() == 21);
}

TEST_CASE("A class too small for a stratified split is named") {
  CHECK_THROWS_WITH(split_stratified(labels_with({100, 2}), two, 0.2, 0.1, 1),
                    Equals("of the 1 rows of 'classical' a share of 0.1 for validation would take "
                           "1; every part needs a row of every class: change the share, or add "
                           "rows"));
  CHECK_THROWS_WITH(split_stratified(labels_with({100, 1}), two, 0.9, 0, 1),
                    Contains("'classical' a share of 0.9 for testing would take 1"));
  CHECK_THROWS_WITH(split_stratified(labels_with({10, 10}), three, 0.2, 0, 1),
                    Contains("of the 0 rows of 'rock'"));
}

TEST_CASE("A share outside 0 to 1 is refused") {
  const auto labels = labels_with({10, 10});
  for (const double share : {-0.1, 1.0, 1.5, std::nan("")}) {
    CHECK_THROWS_WITH(split_stratified(labels, two, share, 0.1, 1), Contains("for testing; at"));
    CHECK_THROWS_WITH(split_stratified(labels, two, 0.1, share, 1), Contains("for validation; at"));
  }
}

TEST_CASE("Folds test every row once and keep the classes' proportions") {
  const std::vector<int> counts{7, 13, 22};
  const auto labels = labels_with(counts);
  for (const int k : {2, 3, 5, 7}) {
    const auto folds = k_folds(labels, three, k, 54);
    REQUIRE(folds.size() == static_cast<std::size_t>(k));
    std::vector<Rows> tested;
    for (const auto& fold : folds) {
      check_parts({fold.train, fold.test}, labels.size());
      tested.push_back(fold.test);
      CHECK(std::abs(static_cast<double>(fold.test.size()) - 42.0 / k) < 1);
      for (int c = 0; c < 3; ++c)
        CHECK(std::abs(static_cast<double>(count(fold.test, labels, c)) -
                       static_cast<double>(counts[c]) / k) < 1);
    }
    check_parts(tested, labels.size());
  }
}

TEST_CASE("Folds are the seed's") {
  const auto labels = labels_with({50, 50});
  const auto folds = k_folds(labels, two, 5, 54);
  CHECK(folds[3].test == k_folds(labels, two, 5, 54)[3].test);
  CHECK(folds[3].test != k_folds(labels, two, 5, 55)[3].test);
}

TEST_CASE("Too few folds, and more folds than a class has rows, are refused") {
  const auto labels = labels_with({10, 4});
  CHECK_THROWS_WITH(k_folds(labels, two, 1, 1), Contains("1 folds; cross-validation takes at"));
  CHECK_THROWS_WITH(k_folds(labels, two, -3, 1), Contains("takes at least 2"));
  CHECK_THROWS_WITH(k_folds(labels, two, 5, 1),
                    Equals("5 folds, but 'classical' has 4 rows; every fold needs a row of every "
                           "class"));
  CHECK(k_folds(labels, two, 4, 1).size() == 4);
}
