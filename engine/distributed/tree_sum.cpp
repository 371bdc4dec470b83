#include "engine/distributed/tree_sum.h"

#include <bit>
#include <cstring>
#include <functional>
#include <optional>

namespace tutti {
namespace {

using Span = std::pair<std::int64_t, std::int64_t>;
using Values = std::vector<float>;

/// Where a node's shards part: after the largest power of two below their number.
std::int64_t middle(const Span& span) {
  const auto count = static_cast<std::uint64_t>(span.second - span.first);
  return span.first + static_cast<std::int64_t>(std::bit_floor(count - 1));
}

void add_to(Values& sum, const Values& more) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

/// The sum of a node from those of nodes below it; nothing if there are none.
std::optional<Values> sum_of(const Span& span, std::map<Span, Values>& known) {
  if (const auto found = known.find(span); found != known.end()) return std::move(found->second);
  if (span.second - span.first <= 1) return std::nullopt;
  auto left = sum_of({span.first, middle(span)}, known),
       right = sum_of({middle(span), span.second}, known);
  if (left && right) add_to(*left, *right);
  return left ? std::move(left) : std::move(right);
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

std::string bytes_of(const float* values, std::int64_t count) {
  return {reinterpret_cast<const char*>(values), static_cast<std::size_t>(count) * sizeof(float)};
}

Values values_of(const std::string& bytes, std::size_t first, std::int64_t count) {
  Values values(static_cast<std::size_t>(count));
  if (count) std::memcpy(values.data(), bytes.data() + first, values.size() * sizeof(float));
  return values;
}

}  // namespace

TreeSum::TreeSum(World& world, std::vector<std::int64_t> sizes,
                 const std::vector<std::int64_t>& present)
    : world_(world), sizes_(std::move(sizes)), present_(present), parts_(sizes_.size()) {
  const Share share = share_of(std::ssize(present_), world_.rank(), world_.size());
  for (std::int64_t s = share.first; s < share.end(); ++s)
    here_ += present_[static_cast<std::size_t>(s)] > 0;
  sums_.resize(sizes_.size());
  if (!world_.alone()) traveller_ = std::jthread([this] { travel(); });
}

TreeSum::~TreeSum() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  added_.notify_all();
}

void TreeSum::add(std::size_t vector, std::int64_t shard, Values values) {
  const std::lock_guard lock(mutex_);
  parts_[vector][{shard, shard + 1}] = std::move(values);
  added_.notify_all();
}

std::vector<TreeSum::Span> TreeSum::nodes_of(int rank) const {
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

Values TreeSum::summed(std::size_t vector) {
  const std::int64_t size = sizes_[vector];
  std::vector<Values> here;
  for (const auto& node : nodes_of(world_.rank()))
    here.push_back(sum_of(node, parts_[vector]).value());
  std::vector<std::string> slices;
  for (int rank = 0; rank < world_.size(); ++rank) {
    const Share slice = share_of(size, rank, world_.size());
    std::string& bytes = slices.emplace_back();
    for (const auto& values : here) bytes += bytes_of(values.data() + slice.first, slice.count);
  }
  const auto from_each = world_.exchange(slices);
  const std::int64_t count = share_of(size, world_.rank(), world_.size()).count;
  Sums known;
  for (int rank = 0; rank < world_.size(); ++rank) {
    std::size_t at = 0;
    for (const auto& node : nodes_of(rank)) {
      known[node] = values_of(from_each[static_cast<std::size_t>(rank)], at, count);
      at += static_cast<std::size_t>(count) * sizeof(float);
    }
  }
  const Values slice = sum_of({0, std::ssize(present_)}, known).value();
  std::string all;
  for (const auto& bytes : world_.all_gather(bytes_of(slice.data(), count))) all += bytes;
  return values_of(all, 0, size);
}

void TreeSum::travel() try {
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

std::vector<Values> TreeSum::finish() {
  if (world_.alone())
    for (std::size_t vector = 0; vector < sizes_.size(); ++vector)
      sums_[vector] = sum_of({0, std::ssize(present_)}, parts_[vector]).value();
  else
    traveller_.join();
  if (failure_) std::rethrow_exception(failure_);
  return std::move(sums_);
}

}  // namespace tutti
