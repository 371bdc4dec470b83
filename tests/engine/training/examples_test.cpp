#include "engine/training/examples.h"

#include "tests/support/catch.h"

using namespace tutti;

TEST_CASE("Mean and standard deviation are those of the rows meant") {
  const Tensor x = Tensor::from<std::uint8_t>({3, 2}, {0, 2, 255, 255, 4, 6});
  const auto [mean, standard_deviation] =
      mean_and_standard_deviation(Examples(x, {0, 1, 0}, {0, 2}));
  CHECK(mean == 3);
  CHECK(standard_deviation == Approx(std::sqrt(5.0)));
}

TEST_CASE("Examples know the labels of their rows") {
  const Tensor x = Tensor::from<std::uint8_t>({3, 1}, {0, 1, 2});
  CHECK(Examples(x, {5, 6, 7}, {2, 0}).row_labels() == std::vector<std::int32_t>{7, 5});
  CHECK(Examples(x, Tensor::from<std::int32_t>({3}, {5, 6, 7})).rows ==
        std::vector<std::int32_t>{0, 1, 2});
  CHECK_THROWS_WITH(Examples(x, {5, 6}, {0}), "examples: x is [3, 1] but there are 2 labels");
}
