#include "models/mel/distortion.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/mel/random_crops.h"
#include "tests/support/catch.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// 8 frames of 40 bands whose levels are 100 + band.
std::vector<std::uint8_t> staircase() {
  std::vector<std::uint8_t> levels(std::size_t{8} * 40);
  for (std::size_t i = 0; i < levels.size(); ++i)
    levels[i] = static_cast<std::uint8_t>(100 + i % 40);
  return levels;
}

}  // namespace

TEST_CASE(
    "An equalizer changes all frames alike, by as much as it should, smoothly over the bands") {
  double squares = 0, steps = 0;
  constexpr int times = 400;
  for (int key = 0; key < times; ++key) {
    RandomStream random(static_cast<std::uint64_t>(key));
    auto levels = staircase();
    distort(levels.data(), 8, 40, {.equalizer = 2}, random);
    for (std::size_t band = 0; band < 40; ++band) {
      for (std::size_t t = 1; t < 8; ++t) REQUIRE(levels[t * 40 + band] == levels[band]);
      const auto change = [&](std::size_t of) {
        return levels[of] - 100.0 - static_cast<double>(of);
      };
      if (band == 0) squares += change(0) * change(0);
      if (band) steps = std::max(steps, std::abs(change(band) - change(band - 1)));
    }
  }
  CHECK(std::sqrt(squares / times) == Approx(2 * 255.0 / 80).epsilon(0.1));
  CHECK(steps < 8);  // the curve's points are 39 / 7 bands apart
}

TEST_CASE("An equalizer stays within the levels that there are") {
  RandomStream random(1);
  std::vector<std::uint8_t> levels = {0, 255, 0, 255};
  distort(levels.data(), 2, 2, {.equalizer = 1000}, random);
  for (const auto level : levels) CHECK((level == 0 || level == 255));
}

TEST_CASE("A crop is moved up and down, by every number of bands up to the shift") {
  std::set<int> seen;
  RandomStream random(1);
  for (int i = 0; i < 200; ++i) {
    auto levels = staircase();
    distort(levels.data(), 8, 40, {.shift = 2}, random);
    const int by = levels[20] - 120;
    seen.insert(by);
    for (std::size_t j = 0; j < levels.size(); ++j)
      REQUIRE(levels[j] == 100 + std::clamp(static_cast<int>(j % 40) + by, 0, 39));
  }
  CHECK(seen == std::set{-2, -1, 0, 1, 2});
}

TEST_CASE("Neighboring bands of a crop are masked by its mean, up to the number and half of all") {
  for (const std::int64_t most : {6, 1000}) {
    std::set<std::int64_t> counts;
    std::set<std::int64_t> first;
    RandomStream random(1);
    for (int i = 0; i < 1000; ++i) {
      auto levels = staircase();
      levels[0] = 0;  // which makes the mean 119, the level of band 19
      const auto before = levels;
      distort(levels.data(), 8, 40, {.mask = most}, random);
      std::vector<std::int64_t> masked;
      for (std::int64_t band = 0; band < 40; ++band) {
        const auto at = static_cast<std::size_t>(40 + band);
        if (band != 19 && levels[at] != before[at]) masked.push_back(band);
        CHECK((levels[at] == before[at] || levels[at] == 119));
      }
      counts.insert(std::ssize(masked));
      if (!masked.empty()) {
        first.insert(masked.front());
        CHECK(masked.back() - masked.front() <= std::ssize(masked));
      }
    }
    CHECK(*counts.rbegin() == (most == 6 ? 6 : 20));
    CHECK(*counts.begin() == 0);
    CHECK(first.contains(0));
    CHECK(first.size() > 30);
  }
}

TEST_CASE("A distortion below 0 is refused") {
  const Clips clips;
  CHECK_THROWS_WITH(random_crops(clips, {.frames = 1, .distortion = {.equalizer = -1}}),
                    Contains("equalizer of -1 dB"));
  CHECK_THROWS_WITH(random_crops(clips, {.frames = 1, .distortion = {.equalizer = NAN}}),
                    Contains("equalizer of nan"));
  CHECK_THROWS_WITH(random_crops(clips, {.frames = 1, .distortion = {.shift = -1}}),
                    Contains("shift of -1"));
  CHECK_THROWS_WITH(random_crops(clips, {.frames = 1, .distortion = {.mask = -1}}),
                    Contains("mask of -1"));
}
