#include <algorithm>
#include <map>
#include <numeric>

#include "kernels/support/text.h"
#include "models/keras/flat_model.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"

namespace tutti {
namespace {

using nlohmann::json;

/// dense, dense_1, dense_2 …: the names that Keras gives.
class Names {
 public:
  std::string next(const std::string& class_name) {
    const std::string base = snake_case(class_name);
    const int number = used_[base]++;
    return number == 0 ? base : base + "_" + std::to_string(number);
  }

 private:
  std::map<std::string, int> used_;
};

KerasLayer described_input(const Shape& shape) {
  json batch_input_shape = {nullptr};
  for (const auto length : shape) batch_input_shape.push_back(length);
  return {"InputLayer",
          "input_1",
          {{"batch_input_shape", batch_input_shape},
           {"dtype", "float32"},
           {"sparse", false},
           {"ragged", false},
           {"name", "input_1"}},
          {}};
}

std::vector<KerasLayer::Weight> weights_of(const Layer& layer, std::int64_t member) {
  const auto names = parameter_names(layer);
  std::vector<KerasLayer::Weight> weights;
  for (const auto& parameter : layer.parameters())
    weights.push_back({names.at(weights.size()), member_shape(parameter),
                       parameter.variable.value().slice(member, 1).to_vector<float>()});
  return weights;
}

}  // namespace

std::vector<std::string> parameter_names(const Layer& layer) {
  std::vector<std::string> names;
  for (const auto& parameter : layer.own_parameters())
    if (parameter.saved) names.push_back(parameter.name);
  for (const auto& [name, child] : layer.children())
    for (const auto& of_child : parameter_names(*child)) names.push_back(name + '/' + of_child);
  return names;
}

KerasModel to_keras(const Model& model, std::int64_t member, const KerasOptimizer& optimizer) {
  const keras::FlatModel flat = keras::flattened(model);
  KerasModel file;
  file.layers.push_back(described_input(model.input_shape()));
  std::vector<KerasLayer> layers;
  Names names;
  for (const auto& [layer, trainable, input] : flat.layers) {
    auto [class_name, config, dimensions, since_keras_3] = keras::write_layer(*layer);
    if (since_keras_3) file.keras_version = "3.0.0";
    const std::string name = names.next(class_name);
    config.update({{"name", name}, {"trainable", trainable}, {"dtype", "float32"}});
    layers.push_back({class_name, name, std::move(config), weights_of(*layer, member)});
  }
  std::vector<std::size_t> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  if (!flat.is_chain()) {
    order = keras::order_of(flat);
    file.name = "functional";
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i + 1;  // behind the input
    file.nodes = flat.nodes;
    for (auto& node : file.nodes) node.layer = place[node.layer];
  }
  for (const std::size_t i : order) file.layers.push_back(std::move(layers[i]));
  describe_optimizer(file, model, optimizer);
  return file;
}

}  // namespace tutti
