#include "engine/sequential.h"

namespace tutti {

void Sequential::build(const std::vector<RandomStream>& members, Device device, DType type) {
  members_ = static_cast<std::int64_t>(members.size());
  device_ = device;
  Initializer initializer(members, type, device);
  outputs_.clear();
  for (auto& layer : layers_)
    outputs_.push_back(
        layer->build(outputs_.empty() ? input_.shape : outputs_.back(), initializer));
}

Variable Sequential::logits(Batch batch, const Pass& pass) const {
  batch.scale = input_.scale;
  batch.offset = input_.offset;
  Variable x = layers_.front()->forward(batch, pass);
  for (std::size_t i = 1; i < layers_.size(); ++i) x = layers_[i]->forward(x, pass);
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
    all.insert(all.end(), layer->parameters().begin(), layer->parameters().end());
  return all;
}

}  // namespace tutti
