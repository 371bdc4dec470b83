#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/distributed/world.h"

namespace tutti {

/// Sums over shards that are dealt out to the processes of a world, of several vectors at once:
/// always ((0 + 1) + (2 + 3)) + …, whoever has which shard, so that the bits are the same for any
/// number of processes. A vector travels, from the last one on, as soon as every shard here has
/// given its own, while others are still being made; each process sums a slice of it.
class TreeSum {
 public:
  /// Of vectors of these sizes; shards have `present` examples each, and those with none take no
  /// part. Of all.
  TreeSum(World& world, std::vector<std::int64_t> sizes, const std::vector<std::int64_t>& present);
  TreeSum(const TreeSum&) = delete;
  TreeSum& operator=(const TreeSum&) = delete;
  ~TreeSum();

  /// A shard of this process has its part of a vector.
  void add(std::size_t vector, std::int64_t shard, std::vector<float> values);

  /// Of all, once everything here is added: the sums, the same everywhere.
  std::vector<std::vector<float>> finish();

 private:
  using Span = std::pair<std::int64_t, std::int64_t>;  // of shards, a node of the tree
  using Sums = std::map<Span, std::vector<float>>;

  std::vector<Span> nodes_of(int rank) const;
  void travel();
  std::vector<float> summed(std::size_t vector);

  World& world_;
  std::vector<std::int64_t> sizes_, present_;
  std::int64_t here_ = 0;    // shards with examples
  std::vector<Sums> parts_;  // of each vector
  std::vector<std::vector<float>> sums_;
  std::mutex mutex_;
  std::condition_variable added_;
  bool given_up_ = false;
  std::exception_ptr failure_;
  std::jthread traveller_;
};

}  // namespace tutti
