#include "models/mel/outliers.h"

#include <algorithm>

#include "datasets/audio/mel_picture.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

/// Two members' batch of a hundred examples each, all zeros, of the classes 0, 1, 2, 0, …
template <class T>
MemberBatch zeros() {
  MemberBatch batch;
  for (int i = 0; i < 200; ++i) batch.labels.push_back(i % 3);
  batch.rows = batch.labels;
  batch.x = Tensor::zeros({2, 100, 4}, dtype_of<T>, Device::cpu);
  return batch;
}

template <class T>
void check_shares() {
  const Outliers outliers{Tensor::from({2, 4}, std::vector<T>{1, 1, 1, 1, 2, 2, 2, 2}), 0.25};
  MemberBatch batch = zeros<T>();
  std::vector<RandomStream> members = {RandomStream(1), RandomStream(2)};
  with_outliers(outliers, 3)(batch, members);
  const auto x = batch.x.to_vector<T>();
  const auto targets = batch.targets.to_vector<float>();
  std::size_t replaced[3] = {};
  for (std::size_t i = 0; i < 200; ++i) {
    const auto value = static_cast<std::size_t>(x[4 * i]);
    ++replaced[value];
    CHECK(std::count(x.data() + 4 * i, x.data() + 4 * i + 4, x[4 * i]) == 4);
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(targets[3 * i + k] == Approx(value ? 1.0 / 3 : static_cast<int>(k) == batch.labels[i]));
  }
  CHECK(replaced[1] + replaced[2] > 30);
  CHECK(replaced[1] + replaced[2] < 70);
  CHECK(std::min(replaced[1], replaced[2]) > 10);
  CHECK_FALSE(std::equal(x.begin(), x.begin() + 400, x.begin() + 400));  // each member its own
}

}  // namespace

TEST_CASE("A share of a batch's examples are outliers, of which no class is likelier") {
  check_shares<std::uint8_t>();
  check_shares<float>();
}

TEST_CASE("Outliers come after another hook and keep its targets") {
  const Outliers outliers{Tensor::from({1, 4}, std::vector<float>{1, 1, 1, 1}), 0.5};
  MemberBatch batch = zeros<float>();
  std::vector<RandomStream> members = {RandomStream(1), RandomStream(2)};
  with_outliers(outliers, 3, [](MemberBatch& given, std::vector<RandomStream>&) {
    std::vector<float> thirds(600, 0.0f);
    for (std::size_t i = 0; i < 600; i += 3) thirds[i] = 0.25f, thirds[i + 2] = 0.75f;
    given.targets = Tensor::from({2, 100, 3}, thirds);
  })(batch, members);
  const auto x = batch.x.to_vector<float>(), targets = batch.targets.to_vector<float>();
  for (std::size_t i = 0; i < 200; ++i) CHECK(targets[3 * i + 1] == Approx(x[4 * i] / 3));
  CHECK_FALSE(with_outliers({}, 3));
}

TEST_CASE("Windows of what is not music are pictures of sounds, each another") {
  const Tensor windows = not_music_windows(8, 30);
  REQUIRE(windows.shape() == Shape{8, 30, mel_picture_bands});
  CHECK(windows.to_vector<std::uint8_t>() == not_music_windows(8, 30).to_vector<std::uint8_t>());
  for (std::int64_t i = 0; i < 8; ++i) {
    const auto levels = windows.slice(i, 1).to_vector<std::uint8_t>();
    const auto [lowest, highest] = std::ranges::minmax(levels);
    CHECK(highest - lowest > 100);
    for (std::int64_t j = 0; j < i; ++j)
      CHECK(levels != windows.slice(j, 1).to_vector<std::uint8_t>());
  }
}
