#include "engine/training/data_loader.h"

#include <algorithm>
#include <numeric>

#include "engine/members.h"
#include "kernels/support/error.h"

namespace tutti {

Batch as_batch(const Tensor& x, Device device) {
  const std::int64_t members = x.dim(0), each = x.dim(1);
  Shape shape(x.shape().begin() + 1, x.shape().end());
  shape[0] = members * each;
  std::vector<std::int32_t> rows(static_cast<std::size_t>(members * each));
  std::iota(rows.begin(), rows.end(), 0);
  return {x.reshape(shape).to(device), Tensor::from({members, each}, rows, device)};
}

namespace {

std::vector<std::int32_t> part_of(const std::vector<std::int32_t>& all, std::int64_t members,
                                  const Share& part) {
  const auto each = std::ssize(all) / members;
  std::vector<std::int32_t> some;
  for (std::int64_t m = 0; m < members; ++m) {
    const auto from = all.begin() + m * each + part.first;
    some.insert(some.end(), from, from + part.count);
  }
  return some;
}

/// Of a tensor [M, B, …].
Tensor part_of(const Tensor& all, const Share& part) {
  if (!all.defined()) return all;
  std::vector<std::int64_t> rows;
  for (std::int64_t m = 0; m < all.dim(0); ++m)
    for (auto i = part.first; i < part.end(); ++i) rows.push_back(m * all.dim(1) + i);
  Shape flat(all.shape().begin() + 1, all.shape().end());
  flat[0] = all.dim(0) * all.dim(1);
  Shape shape = all.shape();
  shape[1] = part.count;
  return all.reshape(flat).rows(rows).reshape(shape);
}

}  // namespace

MemberBatch part_of(const MemberBatch& batch, std::int64_t members, const Share& part) {
  return {part_of(batch.rows, members, part), part_of(batch.labels, members, part),
          part_of(batch.x, part), part_of(batch.targets, part)};
}

std::int64_t steps_in_epoch(std::int64_t examples, std::int64_t batch, bool drop_last) {
  if (batch < 1 || examples < 1) return 0;
  batch = std::min(batch, examples);
  return drop_last ? examples / batch : (examples + batch - 1) / batch;
}

DataLoader::DataLoader(MemberExamples examples, const std::vector<RandomStream>& members,
                       LoaderOptions options)
    : x_(std::move(examples.x)), labels_(std::move(examples.labels)), options_(std::move(options)) {
  if (members.size() != examples.rows.size())
    throw Error("data loader: rows of ", examples.rows.size(), " members, streams of ",
                members.size());
  const auto orders = streams_for(Purpose::order, members),
             augmentations = streams_for(Purpose::augmentation, members);
  for (std::size_t m = 0; m < members.size(); ++m)
    members_.push_back({std::move(examples.rows[m]), {}, orders[m], augmentations[m]});
  check();
  options_.batch = std::min(options_.batch, this->examples());
  steps_ = steps_in_epoch(this->examples(), options_.batch, options_.drop_last);
}

DataLoader::DataLoader(const Examples& examples, const LoaderOptions& options)
    : DataLoader(shared_by(options.members, examples),
                 member_streams(options.seed, options.members), options) {}

void DataLoader::check() const {
  const std::int64_t n = examples();
  if (n == 0) throw Error("data loader: there are no examples");
  if (options_.batch < 1) throw Error("a batch of ", options_.batch, "; choose 1 or more");
  for (const auto& member : members_) {
    if (member.rows.size() != members_[0].rows.size())
      throw Error("data loader: members of ", n, " and ", member.rows.size(),
                  " rows cannot be trained side by side");
    for (const auto row : member.rows) {
      if (row < 0 || row >= x_.dim(0))
        throw Error("data loader: row ", row, " of data ", x_.shape());
      if (labels_.at(static_cast<std::size_t>(row)) < 0)
        throw Error("data loader: row ", row, " has the label ",
                    labels_[static_cast<std::size_t>(row)]);
    }
  }
}

std::int64_t DataLoader::examples() const {
  return members_.empty() ? 0 : static_cast<std::int64_t>(members_[0].rows.size());
}

void DataLoader::begin_epoch() {
  for (auto& member : members_) {
    ++member.epoch;
    member.order = member.rows;
    if (options_.shuffle)
      member.orders.derive(static_cast<std::uint64_t>(member.epoch)).shuffle(member.order);
  }
}

MemberBatch DataLoader::batch(std::int64_t step) const {
  const std::int64_t begin = step * options_.batch,
                     end = std::min(examples(), begin + options_.batch);
  if (step < 0 || step >= steps_ || members_[0].order.empty())
    throw Error("data loader: batch ", step, " of ", steps_, " in epoch ", members_[0].epoch);
  MemberBatch batch;
  for (const auto& member : members_)
    batch.rows.insert(batch.rows.end(), member.order.begin() + begin, member.order.begin() + end);
  batch.labels = labels_of(labels_, batch.rows);
  if (!gathers()) return batch;
  batch.x = gather_rows(x_, batch.rows, members());
  if (options_.augment) {
    std::vector<RandomStream> streams;
    for (const auto& member : members_)
      streams.push_back(member.augmentation.derive(static_cast<std::uint64_t>(member.epoch))
                            .derive(static_cast<std::uint64_t>(step)));
    options_.augment(batch, streams);
  }
  return batch;
}

LoadedBatch DataLoader::loaded(std::int64_t step) {
  MemberBatch batch = this->batch(step);
  const std::int64_t each = static_cast<std::int64_t>(batch.rows.size()) / members();
  const Shape shape{members(), each};
  const Tensor y = batch.targets.defined() ? batch.targets.to(options_.device)
                                           : Tensor::from(shape, batch.labels, options_.device);
  if (!gathers()) {
    if (!on_device_.defined()) on_device_ = x_.to(options_.device);
    return {{on_device_, Tensor::from(shape, batch.rows, options_.device)}, y};
  }
  return {as_batch(batch.x, options_.device), y};
}

std::int64_t DataLoader::epoch(std::int64_t member) const {
  return members_.at(static_cast<std::size_t>(member)).epoch;
}

void DataLoader::set_epoch(std::int64_t member, std::int64_t epoch) {
  members_.at(static_cast<std::size_t>(member)).epoch = epoch;
}

void DataLoader::select_members(const std::vector<std::int64_t>& members) {
  std::vector<Member> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void DataLoader::append_members(const DataLoader& other) {
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

}  // namespace tutti
