#pragma once
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "engine/distributed/world.h"
#include "engine/tensor.h"

namespace tutti {

/// Sums over shards that are dealt out to the processes of a world, of several vectors at once:
/// always ((0 + 1) + (2 + 3)) + …, whoever has which shard, so that the bits are the same for any
/// number of processes. A vector travels, from the last one on, as soon as every shard here has
/// given its own, while others are still being made; each process sums a slice of it.
class TreeSum {
 public:
  /// Of float32 vectors of these sizes on a device, between GPUs by NCCL where that is and else
  /// through the host; shards have `present` examples each, and those with none take no part. Of
  /// all.
  TreeSum(World& world, std::vector<std::int64_t> sizes, std::vector<std::int64_t> present,
          Device device = Device::cpu);
  TreeSum(const TreeSum&) = delete;
  TreeSum& operator=(const TreeSum&) = delete;
  /// An unfinished sum is left to itself: it may be waiting for others forever.
  ~TreeSum();

  /// A shard of this process has its part of a vector, of any shape.
  void add(std::size_t vector, std::int64_t shard, const Tensor& values);

  /// Of all, once everything here is added: the sums [size], the same everywhere; on the host if
  /// they went through it.
  std::vector<Tensor> finish();

 private:
  class Work;
  std::shared_ptr<Work> work_;
  std::thread traveler_;
};

}  // namespace tutti
