#include "models/keras/flat_model.h"

#include <algorithm>
#include <numeric>

#include "kernels/support/error.h"

namespace tutti::keras {
namespace {

/// A value of the flat model, and its shape.
struct Value {
  std::size_t number;
  Shape shape;
};

std::size_t number_of(FlatModel& flat, const Layer* layer, bool trainable, const Shape& input) {
  const auto found = std::ranges::find(flat.layers, layer, &FlatModel::Entry::layer);
  if (found != flat.layers.end()) return static_cast<std::size_t>(found - flat.layers.begin());
  flat.layers.push_back({layer, trainable && layer->trainable(), input});
  return flat.layers.size() - 1;
}

/// Appends the calls of a model's layers on these values; returns its output.
Value append(FlatModel& flat, const Model& model, std::vector<Value> inputs, bool trainable) {
  std::vector<Value> values;  // each node's
  auto input = inputs.begin();
  for (const auto& node : model.nodes()) {
    if (!node.layer) {
      values.push_back(*input++);
      continue;
    }
    std::vector<Value> from;
    for (const auto value : node.inputs) from.push_back(values.at(value));
    if (const auto* nested = dynamic_cast<const Model*>(node.layer)) {
      values.push_back(append(flat, *nested, from, trainable && nested->trainable()));
      continue;
    }
    KerasModel::Node call{number_of(flat, node.layer, trainable, from.at(0).shape), {}};
    for (const auto& value : from) call.inputs.push_back(value.number);
    flat.nodes.push_back(std::move(call));
    values.push_back({flat.nodes.size(), node.shape});
  }
  return values.back();
}

/// Gives layers their numbers as Keras meets them, from the output back to the input.
void number_backwards(const FlatModel& model, std::size_t value, std::vector<bool>& met,
                      std::vector<std::size_t>& numbers, std::size_t& next) {
  if (value == 0 || met[value - 1]) return;
  met[value - 1] = true;
  const auto& node = model.nodes[value - 1];
  if (!numbers[node.layer]) numbers[node.layer] = ++next;
  for (const auto input : node.inputs) number_backwards(model, input, met, numbers, next);
}

}  // namespace

bool FlatModel::is_chain() const {
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].layer != i || nodes[i].inputs != std::vector{i}) return false;
  return true;
}

FlatModel flattened(const Model& model) {
  const auto inputs = std::ranges::count(model.nodes(), nullptr, &Model::Node::layer);
  if (inputs != 1) throw Error("a model of ", inputs, " inputs cannot be written as a Keras file");
  FlatModel flat;
  const Value output = append(flat, model, {{0, model.input_shape()}}, true);
  if (output.number != flat.nodes.size() || flat.nodes.empty())
    throw Error("a model whose last layer is not its output cannot be written as a Keras file");
  return flat;
}

std::vector<std::size_t> order_of(const FlatModel& model) {
  std::vector<std::size_t> numbers(model.layers.size()), order(model.layers.size());
  std::vector<bool> met(model.nodes.size());
  std::size_t next = 0;
  number_backwards(model, model.nodes.size(), met, numbers, next);

  std::vector<std::size_t> nodes(model.nodes.size()), layers(model.layers.size());  // distances
  for (std::size_t i = model.nodes.size(); i-- > 0;) {
    const auto& node = model.nodes[i];
    nodes[i] = layers[node.layer] = std::max(nodes[i], layers[node.layer]);
    for (const auto input : node.inputs)
      if (input > 0) nodes[input - 1] = std::max(nodes[input - 1], nodes[i] + 1);
  }
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return layers[a] != layers[b] ? layers[a] > layers[b] : numbers[a] < numbers[b];
  });
  return order;
}

}  // namespace tutti::keras
