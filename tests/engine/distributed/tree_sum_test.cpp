#include "engine/distributed/tree_sum.h"

#include "tests/engine/distributed/thread_world.h"
#include "tests/support/catch.h"
#include "tests/support/values.h"

using namespace tutti;
using tutti::test::in_world;
using Values = std::vector<float>;

namespace {

const std::vector<std::int64_t> sizes = {5, 1, 0, 1000};

Values part(std::size_t vector, std::int64_t shard) {
  return tutti::test::uniform(
      static_cast<std::size_t>(sizes[vector]),
      static_cast<std::uint32_t>(100 * vector) + static_cast<std::uint32_t>(shard), 1.0);
}

/// What each process gets; of shards with no examples nothing is added.
std::vector<std::vector<Values>> summed(int processes, const std::vector<std::int64_t>& present) {
  std::vector<std::vector<Values>> results(static_cast<std::size_t>(processes));
  in_world(processes, [&](World& world) {
    TreeSum sum(world, sizes, present);
    const Share share = share_of(std::ssize(present), world.rank(), world.size());
    for (std::int64_t shard = share.first; shard < share.end(); ++shard)
      for (std::size_t vector = 0; vector < sizes.size(); ++vector)
        if (present[static_cast<std::size_t>(shard)])
          sum.add(vector, shard, Tensor::from({sizes[vector], 1}, part(vector, shard)));
    auto& result = results[static_cast<std::size_t>(world.rank())];
    for (const auto& tensor : sum.finish()) result.push_back(tensor.to_vector<float>());
  });
  return results;
}

Values plus(Values a, const Values& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

}  // namespace

TEST_CASE("sums over shards are the same bits for any number of processes") {
  for (const std::int64_t shards : {1, 2, 3, 5, 8}) {
    const std::vector<std::int64_t> present(static_cast<std::size_t>(shards), 4);
    const auto one = summed(1, present)[0];
    for (const int processes : {2, 3, 4, 7})
      for (const auto& result : summed(processes, present)) CHECK(result == one);
  }
}

TEST_CASE("the order of a sum is that of a tree") {
  const auto sum = summed(2, {1, 1, 1, 1, 1})[1];
  const auto at = [](std::int64_t shard) { return part(3, shard); };
  CHECK(sum[3] == plus(plus(plus(at(0), at(1)), plus(at(2), at(3))), at(4)));
  CHECK(sum[3] != plus(at(0), plus(at(1), plus(at(2), plus(at(3), at(4))))));
}

TEST_CASE("shards without examples take no part in a sum") {
  for (const int processes : {1, 2, 3}) {
    const auto sum = summed(processes, {1, 0, 1, 0})[0];
    CHECK(sum[0] == plus(part(0, 0), part(0, 2)));
  }
}
