#include "engine/training/shards.h"

#include "engine/distributed/message.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

using Values = std::vector<float>;

/// What training changes: all but the constants in place of optional parameters.
std::vector<Parameter> changing(std::vector<Parameter> parameters) {
  std::erase_if(parameters, [](const Parameter& p) { return !p.trainable && !p.saved; });
  return parameters;
}

std::vector<std::int64_t> sizes_of(const std::vector<Parameter>& parameters) {
  std::vector<std::int64_t> sizes;
  for (const auto& parameter : parameters) sizes.push_back(parameter.variable.value().size());
  return sizes;
}

std::vector<ShardedStep::Shard> cut(std::int64_t examples, std::int64_t count) {
  std::vector<ShardedStep::Shard> shards;
  for (std::int64_t s = 0; s < count; ++s) {
    const Share part = share_of(examples, static_cast<int>(s), static_cast<int>(count));
    shards.push_back({s, part, static_cast<double>(part.count) / static_cast<double>(examples)});
  }
  return shards;
}

std::vector<std::int64_t> examples_of(const std::vector<ShardedStep::Shard>& shards) {
  std::vector<std::int64_t> counts;
  for (const auto& shard : shards) counts.push_back(shard.part.count);
  return counts;
}

}  // namespace

ShardedStep::ShardedStep(std::vector<Parameter> parameters, std::int64_t examples,
                         std::int64_t shards)
    : parameters_(changing(std::move(parameters))),
      shards_(cut(examples, shards)),
      tree_(world(), sizes_of(parameters_), examples_of(shards_),
            parameters_.at(0).variable.value().device()) {
  const Share share = share_of(shards, world().rank(), world().size());
  for (const auto& shard : shards_)
    if (share.has(shard.number) && shard.part.count > 0) here_.push_back(shard);
  for (std::size_t p = 0; p < parameters_.size(); ++p)
    if (parameters_[p].trainable) leaves_[parameters_[p].variable.leaf()] = p;
}

void ShardedStep::add(const Shard& shard, const Variable& loss,
                      const std::vector<std::int64_t>& correct,
                      const std::vector<std::function<void()>>& changes) {
  const auto losses = loss.value().to_vector<float>();
  losses_.insert(losses_.end(), losses.begin(), losses.end());
  correct_.insert(correct_.end(), correct.begin(), correct.end());
  add_changes(shard, changes);
  add_gradients(shard, loss);
}

void ShardedStep::add_changes(const Shard& shard,
                              const std::vector<std::function<void()>>& changes) {
  std::map<std::size_t, Values> before;
  for (std::size_t p = 0; p < parameters_.size(); ++p)
    if (!parameters_[p].trainable) before[p] = parameters_[p].variable.value().to_vector<float>();
  for (const auto& change : changes) change();
  for (auto& [p, old] : before) {
    Tensor buffer = parameters_[p].variable.value();
    Values difference = buffer.to_vector<float>();
    for (std::size_t i = 0; i < old.size(); ++i)
      difference[i] = static_cast<float>(shard.weight) * (difference[i] - old[i]);
    buffer.copy_from(old.data(), buffer.size());
    tree_.add(p, shard.number, Tensor::from(buffer.shape(), difference, buffer.device()));
  }
}

void ShardedStep::add_gradients(const Shard& shard, const Variable& loss) {
  const Values weights(static_cast<std::size_t>(loss.value().size()),
                       static_cast<float>(shard.weight));
  std::size_t known = 0;
  backward(loss, Tensor::from(loss.shape(), weights, loss.value().device()), [&](const void* leaf) {
    const auto found = leaves_.find(leaf);
    if (found == leaves_.end()) return;
    const Variable& trained = parameters_[found->second].variable;
    tree_.add(found->second, shard.number, trained.grad());
    ++known;
  });
  if (known != leaves_.size())
    throw Error("data-parallel training: the loss depends on ", known, " of ", leaves_.size(),
                " parameters that are to be trained");
}

std::pair<Values, std::vector<std::int64_t>> ShardedStep::finish() {
  sums_ = tree_.finish();
  Values losses, all_losses;
  std::vector<std::int64_t> correct, all_correct;
  for (const auto& said : world().all_gather(Message::of(losses_, correct_))) {
    Message(said).read(losses, correct);
    all_losses.insert(all_losses.end(), losses.begin(), losses.end());
    all_correct.insert(all_correct.end(), correct.begin(), correct.end());
  }
  const auto members = static_cast<std::size_t>(parameters_[0].variable.value().dim(0));
  std::vector<double> loss(members);
  std::vector<std::int64_t> hits(members);
  std::size_t at = 0;
  for (const auto& shard : shards_)
    for (std::size_t m = 0; shard.part.count > 0 && m < members; ++m, ++at) {
      loss[m] += shard.weight * all_losses.at(at);
      hits[m] += all_correct.at(at);
    }
  return {Values(loss.begin(), loss.end()), hits};
}

void ShardedStep::apply() {
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const auto& [name, variable, l2, trainable, saved] = parameters_[p];
    Tensor value = variable.value();
    if (trainable) {
      variable.set_grad(sums_[p].reshape(value.shape()).to(value.device()));
      continue;
    }
    Values changed = value.to_vector<float>();
    const auto change = sums_[p].to_vector<float>();
    for (std::size_t i = 0; i < changed.size(); ++i) changed[i] += change[i];
    value.copy_from(changed.data(), value.size());
  }
}

}  // namespace tutti
