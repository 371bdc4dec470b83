#include "engine/layers/model.h"

#include <algorithm>

#include "engine/members.h"

namespace tutti {

/// The model is to be built again.
Model::Value Model::append(Node node) {
  nodes_.push_back(std::move(node));
  plan_.reset();
  return nodes_.size() - 1;
}

void Model::expect_values(const std::vector<Value>& values) const {
  for (const Value value : values)
    if (value >= nodes_.size()) throw Error("a model of ", nodes_.size(), " values has no ", value);
}

Model::Value Model::input(Shape shape) { return append({nullptr, {}, std::move(shape), "input"}); }

Model::Value Model::add(std::unique_ptr<Layer> layer, const std::vector<Value>& inputs,
                        std::string name) {
  expect_values(inputs);
  Layer& child = add_child(std::move(layer), name);
  return append({&child, inputs, {}, std::move(name)});
}

Model::Value Model::add(std::unique_ptr<Layer> layer) {
  if (nodes_.empty()) input();
  return add(std::move(layer), {nodes_.size() - 1});
}

Model::Value Model::share(Value made, const std::vector<Value>& inputs) {
  expect_values({made});
  expect_values(inputs);
  const Node& node = nodes_[made];
  if (!node.layer) throw Error("an input of a model has no layer to share");
  return append({node.layer, inputs, {}, node.name});
}

void Model::build(const Shape& input, const BuildOptions& options) {
  if (options.members < 1) throw Error("a model of ", options.members, " members; at least 1");
  if (nodes_.empty()) this->input();
  nodes_[0].shape = input;
  const auto members = member_streams(options.seed, options.members);
  build(streams_for(Purpose::initialization, members), options.device);
  for (const auto& stream : streams_for(Purpose::dropout, members)) dropout_.push_back({stream});
}

void Model::build(const std::vector<RandomStream>& members, Device device, DType type) {
  build(Initializer(members, type, device), static_cast<std::int64_t>(members.size()), device);
}

void Model::build_zero(std::int64_t members, Device device) {
  build(Initializer(members, DType::float32, device), members, device);
}

void Model::build(Initializer initializer, std::int64_t members, Device device) {
  members_ = members;
  device_ = device;
  dropout_.clear();
  std::vector<Shape> inputs;
  for (const auto& node : nodes_)
    if (!node.layer) inputs.push_back(node.shape);
  build(inputs, initializer);
}

Shape Model::build(const std::vector<Shape>& inputs, Initializer& initializer) {
  if (nodes_.empty() || !nodes_.back().layer) throw Error("a model without layers");
  auto input = inputs.begin();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (!node.layer) {
      if (input == inputs.end())
        throw Error("a model is given ", inputs.size(), " inputs, too few");
      node.shape = *input++;
      continue;
    }
    std::vector<Shape> shapes;
    for (const Value value : node.inputs) shapes.push_back(nodes_[value].shape);
    const auto same = [&](const Node& other) { return other.layer == node.layer; };
    const auto first = std::find_if(nodes_.begin(), nodes_.end(), same);
    if (&*first != &node) {  // shared: built already
      for (std::size_t k = 0; k < shapes.size(); ++k)
        if (k >= first->inputs.size() || nodes_[first->inputs[k]].shape != shapes[k])
          throw Error("a shared layer is given another shape than before: ", shapes[k]);
      node.shape = first->shape;
      continue;
    }
    node.shape = node.layer->build(shapes, initializer);
    if (!node.layer->trainable()) node.layer->freeze();
  }
  if (input != inputs.end()) throw Error("a model is given ", inputs.size(), " inputs, too many");
  plan_.emplace(*this);
  return nodes_.back().shape;
}

const Plan& Model::plan() const {
  if (!plan_) throw Error("a model is asked to compute before it was built");
  return *plan_;
}

Variable Model::forward(const std::vector<Variable>& inputs, const Context& context) const {
  return plan().run(inputs, context, Plan::Ending::outputs);
}

Variable Model::outputs(const Variable& x, const Context& context) const {
  return plan().run(std::vector{x}, context, Plan::Ending::outputs);
}

Variable Model::outputs(const Batch& batch, const Context& context) const {
  return plan().run(batch, context, Plan::Ending::outputs);
}

Variable Model::logits(const Batch& batch, const Context& context) const {
  return plan().run(batch, context, Plan::Ending::logits);
}

Context Model::next_context() {
  if (dropout_.empty()) throw Error("a model is asked to train before it was built with a seed");
  const auto words = dropout_draws(dropout_);
  for (auto& member : dropout_) ++member.steps;
  return {.training = true, .dropout_draws = Tensor::from({members_, 3}, words, device_)};
}

Variable Model::operator()(const Batch& batch) { return outputs(batch, next_context()); }
Variable Model::operator()(const Variable& x) { return outputs(x, next_context()); }

void Model::select_members(const std::vector<std::int64_t>& members) {
  Layer::select_members(members);
  members_ = static_cast<std::int64_t>(members.size());
  std::vector<DropoutState> kept;
  if (!dropout_.empty())
    for (const auto m : members) kept.push_back(dropout_.at(static_cast<std::size_t>(m)));
  dropout_ = std::move(kept);
}

void Model::append_members(const Model& other) {
  Layer::append_members(other);
  members_ += other.members_;
  dropout_.insert(dropout_.end(), other.dropout_.begin(), other.dropout_.end());
}

Variable Model::penalty() const {
  Variable total;
  for (const auto& parameter : parameters()) {
    if (parameter.l2 == 0) continue;
    const Variable term = l2(parameter.variable, parameter.l2);
    total = total.value().defined() ? tutti::add(total, term) : term;
  }
  return total;
}

}  // namespace tutti
