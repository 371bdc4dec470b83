#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "engine/distributed/tree_sum.h"
#include "engine/layers/parameter.h"

namespace tutti {

/// A training step on a batch that is cut into shards, which are dealt out to the processes of the
/// world: what they come to is summed over all of them, each by its share of the examples.
class ShardedStep {
 public:
  /// Of all: for a batch of so many examples per member.
  ShardedStep(std::vector<Parameter> parameters, std::int64_t examples, std::int64_t shards);

  struct Shard {
    std::int64_t number;
    Share part;     // of the batch
    double weight;  // its share of the examples
  };
  /// Those of this process that have examples.
  const std::vector<Shard>& here() const { return here_; }

  /// A shard's loss [M], of which the gradients are formed; the correct answers [M]; and what the
  /// pass changes in buffers, which are left as they were.
  void add(const Shard& shard, const Variable& loss, const std::vector<std::int64_t>& correct,
           const std::vector<std::function<void()>>& changes);

  /// Of all: the batch's loss [M] and correct answers [M].
  std::pair<std::vector<float>, std::vector<std::int64_t>> finish();
  /// Then: sets the gradients, and changes the buffers.
  void apply();

 private:
  void add_changes(const Shard& shard, const std::vector<std::function<void()>>& changes);
  void add_gradients(const Shard& shard, const Variable& loss);

  std::vector<Parameter> parameters_;
  std::map<const void*, std::size_t> leaves_;  // those that are trained
  std::vector<Shard> shards_, here_;
  TreeSum tree_;
  std::vector<Tensor> sums_;
  std::vector<float> losses_;  // [shards here, M]
  std::vector<std::int64_t> correct_;
};

}  // namespace tutti
