#include "engine/distributed/tree_sum.h"

#include <bit>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/dispatch.h"
#include "engine/distributed/join.h"
#include "engine/gradient.h"

namespace tutti {
namespace {

using Span = std::pair<std::int64_t, std::int64_t>;

/// Where a node's shards part: after the largest power of two below their number.
std::int64_t middle(const Span& span) {
  const auto count = static_cast<std::uint64_t>(span.second - span.first);
  return span.first + static_cast<std::int64_t>(std::bit_floor(count - 1));
}

/// The sum of a node from those of nodes below it; nothing if there are none.
std::optional<Tensor> sum_of(const Span& span, const std::map<Span, Tensor>& known) {
  if (const auto found = known.find(span); found != known.end()) return found->second;
  if (span.second - span.first <= 1) return std::nullopt;
  const auto left = sum_of({span.first, middle(span)}, known),
             right = sum_of({middle(span), span.second}, known);
  return left && right ? sum(*left, *right) : left ? left : right;
}

/// The largest nodes that lie in a share.
void add_nodes(const Span& span, const Share& share, std::vector<Span>& nodes) {
  if (span.first >= share.end() || span.second <= share.first || span.first == span.second) return;
  if (share.has(span.first) && share.has(span.second - 1)) {
    nodes.push_back(span);
    return;
  }
  add_nodes({span.first, middle(span)}, share, nodes);
  add_nodes({middle(span), span.second}, share, nodes);
}

Tensor part(const Tensor& vector, const Share& share) {
  return vector.slice(share.first, share.count);
}

}  // namespace

/// What the sum and the thread that moves the vectors share.
class TreeSum::Work {
 public:
  Work(World& world, std::vector<std::int64_t> sizes, std::vector<std::int64_t> present,
       Device device);

  void add(std::size_t vector, std::int64_t shard, const Tensor& values);
  void travel();  // in a thread of its own
  void give_up();
  std::vector<Tensor> take_sums();  // once it has traveled

 private:
  using Sums = std::map<Span, Tensor>;

  std::vector<Span> nodes_of(int rank) const;
  Share slice_of(std::size_t vector, int rank) const;
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
};

TreeSum::Work::Work(World& world, std::vector<std::int64_t> sizes,
                    std::vector<std::int64_t> present, Device device)
    : world_(world),
      transfers_(device == Device::cuda ? gpu_transfers() : nullptr),
      device_(transfers_ || world.alone() ? device : Device::cpu),
      sizes_(std::move(sizes)),
      present_(std::move(present)),
      parts_(sizes_.size()),
      sums_(sizes_.size()) {
  if (!transfers_) transfers_ = &world_;
  const Share share = share_of(std::ssize(present_), world_.rank(), world_.size());
  for (std::int64_t s = share.first; s < share.end(); ++s)
    here_ += present_[static_cast<std::size_t>(s)] > 0;
}

void TreeSum::Work::add(std::size_t vector, std::int64_t shard, const Tensor& values) {
  Tensor flat = values.reshape({values.size()}).to(device_);
  const std::lock_guard lock(mutex_);
  parts_[vector][{shard, shard + 1}] = std::move(flat);
  added_.notify_all();
}

std::vector<Span> TreeSum::Work::nodes_of(int rank) const {
  const auto shards = std::ssize(present_);
  std::vector<Span> nodes;
  add_nodes({0, shards}, share_of(shards, rank, world_.size()), nodes);
  std::erase_if(nodes, [this](const Span& node) {
    for (auto s = node.first; s < node.second; ++s)
      if (present_[static_cast<std::size_t>(s)] > 0) return false;
    return true;
  });
  return nodes;
}

Share TreeSum::Work::slice_of(std::size_t vector, int rank) const {
  return share_of(sizes_[vector], rank, world_.size());
}

/// Of every process' nodes, the slice that is this one's.
TreeSum::Work::Sums TreeSum::Work::exchange(std::size_t vector, const Sums& here) {
  const int rank = world_.rank();
  const Share mine = slice_of(vector, rank);
  Sums known;
  std::vector<Transfers::Outgoing> out;
  std::vector<Transfers::Incoming> in;
  for (int other = 0; other < world_.size(); ++other) {
    const Share theirs = slice_of(vector, other);
    for (const auto& node : nodes_of(other)) {
      known[node] = other == rank ? part(here.at(node), mine)
                                  : Tensor::empty({mine.count}, DType::float32, device_);
      if (other != rank && mine.count) in.push_back({other, known[node], mine.count});
    }
    if (other != rank && theirs.count)
      for (const auto& [node, values] : here)
        out.push_back({other, std::as_const(values).data<float>() + theirs.first, theirs.count});
  }
  transfers_->transfer(out, in);
  return known;
}

/// The whole vector, to all.
Tensor TreeSum::Work::gather(std::size_t vector, const Tensor& slice) {
  std::vector<Tensor> slices;
  std::vector<Transfers::Outgoing> out;
  std::vector<Transfers::Incoming> in;
  for (int other = 0; other < world_.size(); ++other) {
    const Share theirs = slice_of(vector, other);
    const bool here = other == world_.rank();
    if (theirs.count)
      slices.push_back(here ? slice : Tensor::empty({theirs.count}, DType::float32, device_));
    if (theirs.count && !here) in.push_back({other, slices.back(), theirs.count});
    if (slice.size() && !here)
      out.push_back({other, std::as_const(slice).data<float>(), slice.size()});
  }
  transfers_->transfer(out, in);
  return slices.empty() ? slice : Tensor::joined(slices);
}

Tensor TreeSum::Work::summed(std::size_t vector) {
  Sums here;
  for (const auto& node : nodes_of(world_.rank()))
    here[node] = sum_of(node, parts_[vector]).value();
  if (world_.alone()) return here.at({0, std::ssize(present_)});
  const Sums known = exchange(vector, here);
  return gather(vector, sum_of({0, std::ssize(present_)}, known).value());
}

void TreeSum::Work::travel() try {
  for (std::size_t vector = sizes_.size(); vector-- > 0;) {
    {
      std::unique_lock lock(mutex_);
      added_.wait(lock, [&] { return given_up_ || std::ssize(parts_[vector]) == here_; });
      if (given_up_) return;
    }
    sums_[vector] = summed(vector);
  }
} catch (...) {
  failure_ = std::current_exception();
}

void TreeSum::Work::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  added_.notify_all();
}

std::vector<Tensor> TreeSum::Work::take_sums() {
  if (failure_) std::rethrow_exception(failure_);
  return std::move(sums_);
}

TreeSum::TreeSum(World& world, std::vector<std::int64_t> sizes, std::vector<std::int64_t> present,
                 Device device)
    : work_(std::make_shared<Work>(world, std::move(sizes), std::move(present), device)) {
  if (!world.alone()) traveler_ = std::thread([work = work_] { work->travel(); });
}

TreeSum::~TreeSum() {
  if (!traveler_.joinable()) return;
  work_->give_up();
  traveler_.detach();
}

void TreeSum::add(std::size_t vector, std::int64_t shard, const Tensor& values) {
  work_->add(vector, shard, values);
}

std::vector<Tensor> TreeSum::finish() {
  if (traveler_.joinable())
    traveler_.join();
  else
    work_->travel();
  return work_->take_sums();
}

}  // namespace tutti
