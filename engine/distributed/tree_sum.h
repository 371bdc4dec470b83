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
  ~TreeSum();

  /// A shard of this process has its part of a vector, of any shape.
  void add(std::size_t vector, std::int64_t shard, const Tensor& values);

  /// Of all, once everything here is added: the sums [size], the same everywhere; on the host if
  /// they went through it.
  std::vector<Tensor> finish();

 private:
  using Span = std::pair<std::int64_t, std::int64_t>;  // of shards, a node of the tree
  using Sums = std::map<Span, Tensor>;

  std::vector<Span> nodes_of(int rank) const;
  Share slice_of(std::size_t vector, int rank) const;
  void travel();
  Tensor summed(std::size_t vector);
  Sums exchange(std::size_t vector, const Sums& here);
  Tensor gather(std::size_t vector, const Tensor& slice);

  World& world_;
  Transfers* transfers_;
  Device device_;  // where the vectors are
  std::vector<std::int64_t> sizes_, present_;
  std::ptrdiff_t here_ = 0;  // shards with examples
  std::vector<Sums> parts_;  // of each vector
  std::vector<Tensor> sums_;
  std::mutex mutex_;
  std::condition_variable added_;
  bool given_up_ = false;
  std::exception_ptr failure_;
  std::jthread traveller_;
};

}  // namespace tutti
