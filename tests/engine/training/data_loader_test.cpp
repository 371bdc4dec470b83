#include "engine/training/data_loader.h"

#include <set>

#include "engine/members.h"
#include "tests/support/catch.h"
#include "tests/support/devices.h"

using namespace tutti;

namespace {

/// Example i is the pair (2 i, 2 i + 1), of label i % 3.
template <class T = float>
Examples numbered(std::int32_t n) {
  std::vector<T> values;
  std::vector<std::int32_t> labels;
  for (std::int32_t i = 0; i < n; ++i) {
    values.push_back(static_cast<T>(2 * i));
    values.push_back(static_cast<T>(2 * i + 1));
    labels.push_back(i % 3);
  }
  return Examples(Tensor::from({n, 2}, values), Tensor::from({n}, labels));
}

/// The rows of every batch of the next epoch, one member's.
std::vector<std::int32_t> epoch_of(DataLoader& loader, std::size_t member = 0) {
  std::vector<std::int32_t> rows;
  loader.begin_epoch();
  for (std::int64_t step = 0; step < loader.size(); ++step) {
    const auto batch = loader.batch(step).rows;
    const auto each = batch.size() / static_cast<std::size_t>(loader.members());
    rows.insert(rows.end(), batch.begin() + static_cast<std::ptrdiff_t>(member * each),
                batch.begin() + static_cast<std::ptrdiff_t>((member + 1) * each));
  }
  return rows;
}

const std::vector<std::int32_t> first_seven{0, 1, 2, 3, 4, 5, 6};

}  // namespace

TEST_CASE("Every epoch brings each row once, in an order of its member and its epoch") {
  DataLoader loader(numbered(7), {.batch = 3, .members = 2, .seed = 9});
  CHECK(loader.size() == 3);
  loader.begin_epoch();
  CHECK(loader.batch(0).rows.size() == 6);
  CHECK(loader.batch(2).rows.size() == 2);
  DataLoader first(numbered(7), {.batch = 3, .members = 2, .seed = 9}), again = first;
  const auto rows = epoch_of(first), later = epoch_of(first);
  CHECK(std::set<std::int32_t>(rows.begin(), rows.end()).size() == 7);
  CHECK(rows != later);
  CHECK(rows == epoch_of(again));
  again.set_epoch(0, 0);
  CHECK(rows == epoch_of(again));
  DataLoader others(numbered(7), {.batch = 3, .members = 2, .seed = 9});
  const auto second = epoch_of(others, 1);
  CHECK(rows != second);

  DataLoader alone(numbered(7), {.batch = 3, .members = 2, .seed = 9});
  alone.select_members({1});
  CHECK(epoch_of(alone) == second);
  DataLoader joined(numbered(7), {.batch = 3, .members = 2, .seed = 9});
  joined.append_members(first);  // two epochs on
  CHECK(joined.members() == 4);
  CHECK(epoch_of(joined, 2) == epoch_of(first));
}

TEST_CASE("The order of a member's rows is what it always was") {
  std::vector<std::int32_t> expected = first_seven;
  streams_for(Purpose::order, member_streams(54, 1))[0].derive(1).shuffle(expected);
  DataLoader loader(numbered(7), {.batch = 2});
  CHECK(epoch_of(loader) == expected);
}

TEST_CASE("A loader may keep the order and drop what is left over") {
  DataLoader loader(numbered(7), {.batch = 3, .shuffle = false});
  CHECK(epoch_of(loader) == first_seven);
  DataLoader whole(numbered(7), {.batch = 3, .shuffle = false, .drop_last = true});
  CHECK(whole.size() == 2);
  CHECK(epoch_of(whole) == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("Fewer examples than a batch takes are one batch") {
  for (const bool drop_last : {false, true}) {
    DataLoader few(numbered(7), {.batch = 32, .shuffle = false, .drop_last = drop_last});
    CHECK(few.size() == 1);
    CHECK(epoch_of(few) == first_seven);
  }
}

TEST_CASE("A loop over a loader gets batches on its device, by row or gathered") {
  const bool stream = GENERATE(false, true);
  for (const Device device : {Device::reference, Device::cpu, Device::simt}) {
    DataLoader loader(numbered(5), {.batch = 2, .stream = stream, .device = device, .members = 2});
    int batches = 0;
    std::multiset<float> seen;
    for (auto [x, y] : loader) {
      ++batches;
      CHECK(x.data.device() == device);
      const auto values = gather(x).value().to_vector<float>();
      const auto labels = y.to_vector<std::int32_t>();
      REQUIRE(values.size() == 2 * labels.size());
      for (std::size_t i = 0; i < labels.size(); ++i) {
        CHECK(static_cast<int>(values[2 * i] / 2) % 3 == labels[i]);
        CHECK(values[2 * i + 1] == values[2 * i] + 1);
        seen.insert(values[2 * i]);
      }
    }
    CHECK(batches == 3);
    CHECK(seen == std::multiset<float>{0, 0, 2, 2, 4, 4, 6, 6, 8, 8});
  }
}

TEST_CASE("A hook changes gathered examples with its members' random numbers") {
  const Augment mirror = [](MemberBatch& batch, std::vector<RandomStream>& members) {
    auto* value = batch.x.data<std::uint8_t>();
    const auto each = batch.rows.size() / members.size();
    for (auto& random : members)
      for (std::size_t i = 0; i < each; ++i, value += 2)
        if (random.below(2) == 1) std::swap(value[0], value[1]);
  };
  const auto epoch = [](DataLoader& loader) {
    std::vector<std::uint8_t> all;
    for (auto [x, y] : loader) {
      const auto some = x.data.to_vector<std::uint8_t>();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  };
  const LoaderOptions options{.batch = 50, .shuffle = false, .augment = mirror};
  const Examples examples = numbered<std::uint8_t>(100);
  DataLoader loader(examples, options), again(examples, options);
  const auto first = epoch(loader), second = epoch(loader);
  CHECK(first == epoch(again));
  CHECK(first != second);
  int mirrored = 0;
  for (std::size_t i = 0; i < 100; ++i) mirrored += first[2 * i] > first[2 * i + 1];
  CHECK(mirrored > 20);
  CHECK(mirrored < 80);
}

TEST_CASE("A hook may put probabilities in the labels' place") {
  const Augment soft = [](MemberBatch& batch, std::vector<RandomStream>&) {
    batch.targets = Tensor::from<float>({1, 2, 3}, {1, 0, 0, 0.5f, 0.5f, 0});
  };
  DataLoader loader(numbered(2), {.batch = 2, .augment = soft});
  for (auto [x, y] : loader) CHECK(y.shape() == Shape{1, 2, 3});
}

TEST_CASE("A loader refuses what it cannot load") {
  const Examples seven = numbered(7);
  CHECK_THROWS_WITH(DataLoader(seven, {.batch = 0}), Contains("batch of 0"));
  CHECK_THROWS_WITH(DataLoader(seven, {.batch = 1, .members = 0}), Contains("no examples"));
  CHECK_THROWS_WITH(DataLoader(Examples(seven.x, seven.labels, {}), {.batch = 1}),
                    Contains("no examples"));
  CHECK_THROWS_WITH(DataLoader(Examples(seven.x, seven.labels, {0, 7}), {.batch = 1}),
                    Contains("row 7") && Contains("[7, 2]"));
  CHECK_THROWS_WITH(DataLoader(Examples(seven.x, {0, 1, 2, -1, 0, 0, 0}, {3}), {.batch = 1}),
                    Contains("row 3") && Contains("label -1"));
  CHECK_THROWS_WITH(
      DataLoader({seven.x, seven.labels, {{0, 1}, {2}}}, member_streams(1, 2), {.batch = 1}),
      Contains("2 and 1 rows"));
  CHECK_THROWS_WITH(
      DataLoader({seven.x, seven.labels, {{0, 1}}}, member_streams(1, 2), {.batch = 1}),
      Contains("1 members, streams of 2"));
  DataLoader loader(seven, {.batch = 7});
  CHECK_THROWS_WITH(loader.batch(0), Contains("batch 0") && Contains("epoch 0"));
}

TEST_CASE("A bootstrap sample has the size that is told") {
  CHECK(bootstrap_size(0.9, 160) == 144);
  CHECK(bootstrap_size(0.9, 559) == 503);
  CHECK(bootstrap_size(0.29, 100) == 29);  // 28.999999999999996 in doubles
  CHECK(bootstrap_size(1, 7) == 7);
  CHECK_THROWS_WITH(bootstrap_size(0, 7), Contains("above 0"));
  CHECK_THROWS_WITH(bootstrap_size(std::nan(""), 7), Contains("above 0"));
  const auto samples =
      bootstrap_samples(std::vector<std::int32_t>(160, 1), 0.9, member_streams(1, 2));
  CHECK(samples[0].size() == 144);
  CHECK(samples[1].size() == 144);
}
