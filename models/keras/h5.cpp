#include <algorithm>
#include <map>

#include "kernels/support/error.h"
#include "models/keras/hdf5.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

json layer_config(const KerasLayer& layer) {
  json config = layer.config;
  config["name"] = layer.name;
  return {{"class_name", layer.class_name}, {"config", config}};
}

/// [layer, which of its calls, which of that call's outputs] of a value, as Keras 2 writes it and
/// Keras 3 reads it too.
json reference(const KerasModel& model, std::size_t value) {
  if (value == 0) return json::array({model.layers.at(0).name, 0, 0});
  const auto& node = model.nodes.at(value - 1);
  const auto calls = std::count_if(model.nodes.begin(), model.nodes.begin() + value - 1,
                                   [&](const auto& other) { return other.layer == node.layer; });
  return json::array({model.layers.at(node.layer).name, calls, 0});
}

json functional_config(const KerasModel& model) {
  json layers = json::array();
  for (const auto& layer : model.layers) {
    layers.push_back(layer_config(layer));
    layers.back().update({{"name", layer.name}, {"inbound_nodes", json::array()}});
  }
  for (const auto& node : model.nodes) {
    json call = json::array();
    for (const std::size_t value : node.inputs) {
      call.push_back(reference(model, value));
      call.back().push_back(json::object());
    }
    layers.at(node.layer)["inbound_nodes"].push_back(std::move(call));
  }
  return {{"class_name", "Functional"},
          {"config",
           {{"name", model.name},
            {"layers", layers},
            {"input_layers", json::array({reference(model, 0)})},
            {"output_layers", json::array({reference(model, model.nodes.size())})}}}};
}

json model_config(const KerasModel& model) {
  if (!model.nodes.empty()) return functional_config(model);
  json layers = json::array();
  for (const auto& layer : model.layers) layers.push_back(layer_config(layer));
  return {{"class_name", "Sequential"}, {"config", {{"name", model.name}, {"layers", layers}}}};
}

void write_layer(hid_t weights, const KerasLayer& layer) {
  const hdf5::Group group = hdf5::create_group(weights, layer.name);
  std::vector<std::string> names;
  for (const auto& weight : layer.weights) {
    names.push_back(layer.name + "/" + weight.name + ":0");
    hdf5::write_floats(group, names.back(), weight.shape, weight.values);
  }
  hdf5::write_list(group, "weight_names", names);
}

void write_optimizer(hid_t file, const std::vector<KerasLayer::Weight>& state) {
  const hdf5::Group group = hdf5::create_group(file, "optimizer_weights");
  std::vector<std::string> names;
  for (const auto& weight : state) {
    names.push_back(weight.name);
    hdf5::write_floats(group, weight.name, weight.shape, weight.values);
  }
  hdf5::write_list(group, "weight_names", names);
}

void write_versions(hid_t object, const KerasModel& model) {
  hdf5::write_text(object, "keras_version", model.keras_version);
  hdf5::write_text(object, "backend", "tensorflow");
}

/// The data sets that a group's weight_names lists, under these names.
std::vector<KerasLayer::Weight> read_weights(const hdf5::Group& group, std::uint64_t& budget) {
  std::vector<KerasLayer::Weight> weights;
  for (const auto& name : hdf5::read_list(group, "weight_names")) {
    hdf5::Array array = hdf5::read_floats(group, name, budget);
    weights.push_back({name, array.shape, std::move(array.values)});
  }
  return weights;
}

/// "lstm/lstm_cell/kernel:0" is a "kernel".
std::string short_name(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

/// A nested model's weights are all in one group: those of the layer of this name.
std::vector<KerasLayer::Weight> weights_of(const std::vector<KerasLayer::Weight>& group,
                                           const std::string& layer) {
  std::vector<KerasLayer::Weight> weights;
  for (const auto& weight : group)
    if (("/" + weight.name).find("/" + layer + "/") != std::string::npos) weights.push_back(weight);
  return weights;
}

}  // namespace

std::string h5_bytes(const KerasModel& model) {
  const hdf5::File file = hdf5::create_file();
  write_versions(file, model);
  hdf5::write_text(file, "model_config", model_config(model).dump());
  if (!model.training_config.is_null())
    hdf5::write_text(file, "training_config", model.training_config.dump());
  const hdf5::Group weights = hdf5::create_group(file, "model_weights");
  write_versions(weights, model);
  std::vector<std::string> names;
  for (const auto& layer : model.layers) {
    if (layer.class_name == "InputLayer") continue;  // Keras counts it among no model's layers
    names.push_back(layer.name);
    write_layer(weights, layer);
  }
  hdf5::write_list(weights, "layer_names", names);
  if (!model.optimizer_weights.empty()) write_optimizer(file, model.optimizer_weights);
  return hdf5::bytes_of(file);
}

KerasModel read_h5(const std::filesystem::path& path, std::uint64_t file_size,
                   ReadOptimizer optimizer) {
  const hdf5::File file = hdf5::open_file(path);
  const auto config = hdf5::read_text(file, "model_config");
  if (!config)
    throw Error(
        "it has no model_config: a file of weights alone does not say which model they are "
        "of; save the whole model (model.save)");
  auto [model, places] = described_by(parse(*config, "model_config"));
  model.keras_version = hdf5::read_text(file, "keras_version").value_or("1");
  if (const auto training = hdf5::read_text(file, "training_config"))
    model.training_config = parse(*training, "training_config");

  const hdf5::Group weights = hdf5::open_group(file, "model_weights");
  const auto saved = hdf5::read_list(weights, "layer_names");
  std::uint64_t budget = file_size;
  std::map<std::string, std::vector<KerasLayer::Weight>> nested;  // of nested models
  for (std::size_t i = 0; i < places.size(); ++i) {
    KerasLayer& layer = model.layers[i];
    const std::string& name = places[i].path[0];
    if (std::find(saved.begin(), saved.end(), name) == saved.end()) {
      if (layer.class_name == "InputLayer") continue;
      throw Error("layer_names lacks the layer ", name);
    }
    const bool is_nested = places[i].path.size() > 1;
    if (!is_nested || !nested.contains(name)) {
      auto group = read_weights(hdf5::open_group(weights, name), budget);
      (is_nested ? nested[name] : layer.weights) = std::move(group);
    }
    if (is_nested) layer.weights = weights_of(nested[name], places[i].path.back());
    for (auto& weight : layer.weights) weight.name = short_name(weight.name);
  }
  if (optimizer == ReadOptimizer::yes && hdf5::has_member(file, "optimizer_weights"))
    model.optimizer_weights = read_weights(hdf5::open_group(file, "optimizer_weights"), budget);
  return std::move(model);
}

}  // namespace tutti::keras
