#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/distributed/world.h"
#include "engine/ops/ops.h"
#include "engine/training/examples.h"
#include "kernels/support/random.h"

namespace tutti {

/// What all members see in one step, member after member, on the host.
struct MemberBatch {
  std::vector<std::int32_t> rows, labels;  // [M B]
  Tensor x;        // [M, B, …] of the data's type, where examples are gathered on the host
  Tensor targets;  // float32 [M, B, K], where a hook puts probabilities in the labels' place
};

/// Of every member, `count` of its examples from `first` on.
MemberBatch part_of(const MemberBatch& batch, std::int64_t members, const Share& part);

/// Changes x of a gathered batch, or puts another in its place, and may set its targets; `members`
/// are random streams of this step, one for each member.
using Augment = std::function<void(MemberBatch& batch, std::vector<RandomStream>& members)>;

struct LoaderOptions {
  std::int64_t batch = 32;  // all examples if there are fewer
  bool shuffle = true;      // each member's rows anew in every epoch
  bool drop_last = false;   // the batch of what is left over
  /// Examples are gathered on the host step by step, for data larger than the device's memory;
  /// otherwise all of them are copied to it. With a hook, they always are gathered.
  bool stream = false;
  Augment augment = {};
  /// Where a loop over the loader gets its batches.
  Device device = Device::cpu;
  /// Of a loader of Examples, which every member sees in an order of its own.
  std::int64_t members = 1;
  std::uint64_t seed = 54;
};

/// A batch on the device: x as row numbers, y int32 [M, B], or a hook's targets [M, B, K].
struct LoadedBatch {
  Batch x;
  Tensor y;
};

/// Examples [M, B, …] as a batch on the device: each is its own row.
Batch as_batch(const Tensor& x, Device device);

/// Batches of an epoch; one, if there are fewer examples than a batch takes.
std::int64_t steps_in_epoch(std::int64_t examples, std::int64_t batch, bool drop_last);

/// Batches of every member's own rows, epoch after epoch:
///   for (auto [x, y] : loader) …
/// Each such loop is the next epoch. A member's order depends on its stream and its epoch alone.
class DataLoader {
 public:
  /// `members` are the members' own streams. An Error if there are no rows, the batch is below 1,
  /// members have different numbers of rows, or a row or its label is out of range.
  DataLoader(MemberExamples examples, const std::vector<RandomStream>& members,
             LoaderOptions options);
  DataLoader(const Examples& examples, const LoaderOptions& options);

  /// Batches of an epoch.
  std::int64_t size() const { return steps_; }
  /// Examples of an epoch, of each member.
  std::int64_t examples() const;
  std::int64_t members() const { return static_cast<std::int64_t>(members_.size()); }

  /// Every member's next epoch.
  void begin_epoch();
  /// Batch `step` of this epoch, 0 to size() - 1.
  MemberBatch batch(std::int64_t step) const;
  /// Whether batches hold x, not only rows.
  bool gathers() const { return options_.stream || options_.augment; }

  /// Epochs that a member has begun, for one that goes on from a saved state.
  std::int64_t epoch(std::int64_t member) const;
  void set_epoch(std::int64_t member, std::int64_t epoch);

  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const DataLoader& other);

  class Iterator {
   public:
    Iterator(DataLoader& loader, std::int64_t step) : loader_(&loader), step_(step) {}
    LoadedBatch operator*() const { return loader_->loaded(step_); }
    Iterator& operator++() {
      ++step_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return step_ == other.step_; }

   private:
    DataLoader* loader_;
    std::int64_t step_;
  };
  Iterator begin() {
    begin_epoch();
    return {*this, 0};
  }
  Iterator end() { return {*this, steps_}; }

 private:
  struct Member {
    std::vector<std::int32_t> rows, order;  // all, and as this epoch sees them
    RandomStream orders, augmentation;
    std::int64_t epoch = 0;
  };
  void check() const;
  LoadedBatch loaded(std::int64_t step);

  Tensor x_;
  std::vector<std::int32_t> labels_;
  LoaderOptions options_;
  std::vector<Member> members_;
  std::int64_t steps_ = 0;
  Tensor on_device_;  // x_, once a loop wants it there
};

}  // namespace tutti
