#include "engine/layers/layer.h"

namespace tutti {

std::vector<std::int32_t> dropout_draws(const std::vector<DropoutState>& members) {
  std::vector<std::int32_t> words;
  for (const auto& [stream, steps] : members)
    for (const std::uint64_t word :
         {stream.key(), stream.key() >> 32, static_cast<std::uint64_t>(steps)})
      words.push_back(static_cast<std::int32_t>(word));
  return words;
}

Shape Layer::build(const Shape&, Initializer&) {
  throw Error("this layer takes several inputs; give it a list of them");
}

Variable Layer::forward(const Variable&, const Context&) const {
  throw Error("this layer takes several inputs; give it a list of them");
}

Shape Layer::build(const std::vector<Shape>& inputs, Initializer& initializer) {
  if (inputs.size() != 1) throw Error("a layer of one input is given ", inputs.size());
  return build(inputs[0], initializer);
}

Variable Layer::forward(const std::vector<Variable>& inputs, const Context& context) const {
  if (inputs.size() != 1) throw Error("a layer of one input is given ", inputs.size());
  return forward(inputs[0], context);
}

std::vector<Parameter> Layer::parameters() const {
  std::vector<Parameter> all;
  for (const auto& parameter : parameters_)
    if (parameter.saved) all.push_back(parameter);
  for (const auto& [name, layer] : children_)
    for (auto& parameter : layer->parameters()) all.push_back(std::move(parameter));
  return all;
}

const Variable& Layer::parameter(std::size_t i) const {
  if (i >= parameters_.size()) fail_before_build();
  return parameters_[i].variable;
}

void Layer::fail_before_build() { throw Error("a layer is asked to compute before it was built"); }

Layer& Layer::add_child(std::unique_ptr<Layer> layer, std::string name) {
  if (name.empty()) name = std::to_string(children_.size());
  return *children_.emplace_back(Child{std::move(name), std::move(layer)}).layer;
}

Shape Layer::build_child(std::size_t number, const Shape& input, Initializer& initializer) {
  Layer& child = *children_.at(number).layer;
  Shape output = child.build(std::vector<Shape>{input}, initializer);
  if (!child.trainable()) child.freeze();
  return output;
}

void Layer::freeze() {
  trainable_ = false;
  for (auto& parameter : parameters_) {
    parameter.variable = Variable(parameter.variable.value());
    parameter.trainable = false;
  }
  for (auto& child : children_) child.layer->freeze();
}

void Layer::select_members(const std::vector<std::int64_t>& members) {
  for (auto& parameter : parameters_) {
    Variable& variable = parameter.variable;
    variable = Variable(variable.value().rows(members), variable.requires_grad());
  }
  for (auto& child : children_) child.layer->select_members(members);
}

void Layer::append_members(const Layer& other) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Variable& variable = parameters_[i].variable;
    variable =
        Variable(Tensor::joined({variable.value(), other.parameters_.at(i).variable.value()}),
                 variable.requires_grad());
  }
  for (std::size_t i = 0; i < children_.size(); ++i)
    children_[i].layer->append_members(*other.children_.at(i).layer);
}

}  // namespace tutti
