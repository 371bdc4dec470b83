#include "engine/layers/sequential.h"

namespace tutti {

void Sequential::build(const std::vector<RandomStream>& members, Device device, DType type) {
  build(Initializer(members, type, device), static_cast<std::int64_t>(members.size()), device);
}

void Sequential::build(std::int64_t members, Device device) {
  build(Initializer(members, DType::float32, device), members, device);
}

void Sequential::build(Initializer initializer, std::int64_t members, Device device) {
  members_ = members;
  device_ = device;
  outputs_.clear();
  for (auto& layer : layers_) {
    outputs_.push_back(
        layer->build(outputs_.empty() ? input_.shape : outputs_.back(), initializer));
    if (!layer->trainable()) layer->freeze();
  }
}

void Sequential::select_members(const std::vector<std::int64_t>& members) {
  for (auto& layer : layers_) layer->select_members(members);
  members_ = static_cast<std::int64_t>(members.size());
}

void Sequential::append_members(const Sequential& other) {
  for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i]->append_members(*other.layers_.at(i));
  members_ += other.members_;
}

Variable Sequential::logits(Batch batch, const Context& pass) const {
  Context last = pass;
  last.leave_softmax = true;
  return run(std::move(batch), pass, last);
}

Variable Sequential::outputs(Batch batch, const Context& pass) const {
  return run(std::move(batch), pass, pass);
}

Variable Sequential::run(Batch batch, const Context& pass, const Context& last) const {
  batch.scale = input_.scale;
  batch.offset = input_.offset;
  const auto pass_of = [&](std::size_t i) { return i + 1 < layers_.size() ? pass : last; };
  std::optional<Variable> both;
  if (layers_.size() > 1) both = layers_[0]->forward_with(*layers_[1], batch, pass_of(1));
  Variable x = both ? *both : layers_[0]->forward(batch, pass_of(0));
  for (std::size_t i = both ? 2 : 1; i < layers_.size(); ++i)
    x = layers_[i]->forward(x, pass_of(i));
  return x;
}

Variable Sequential::penalty() const {
  Variable total;
  for (const auto& parameter : parameters()) {
    if (parameter.l2 == 0) continue;
    const Variable term = l2(parameter.variable, parameter.l2);
    total = total.value().defined() ? tutti::add(total, term) : term;
  }
  return total;
}

std::vector<Parameter> Sequential::parameters() const {
  std::vector<Parameter> all;
  for (const auto& layer : layers_)
    for (const auto& parameter : layer->parameters())
      if (!parameter.absent) all.push_back(parameter);
  return all;
}

}  // namespace tutti
