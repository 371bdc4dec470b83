#include <algorithm>

#include "models/keras/hdf5/h5_optimizer.h"
#include "models/keras/hdf5/hdf5.h"
#include "models/keras/parts.h"
#include "models/keras/settings.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

/// Keras 3 forgets several axes, or none, of a layer that has no module.
bool needs_module(const json& config) {
  const auto axis = config.find("axis");
  return axis != config.end() && axis->is_array() && axis->size() != 1;
}

json layer_config(const KerasLayer& layer) {
  json config = layer.config;
  config["name"] = layer.name;
  json described = {{"class_name", layer.class_name}, {"config", std::move(config)}};
  if (needs_module(layer.config))
    described.update({{"module", "keras.layers"}, {"registered_name", nullptr}});
  return described;
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

/// Whether Keras counts a wrapped model's weight, "dense/kernel", among those that it trains.
bool is_trained(const KerasModel& model, const std::string& weight) {
  for (const char* kept : {"/mean", "/variance", "/count", "/moving_mean", "/moving_variance"})
    if (weight.ends_with(kept)) return false;
  const std::string name = weight.substr(0, weight.find('/'));
  const auto layer = std::ranges::find(model.layers, name, &KerasLayer::name);
  return layer == model.layers.end() || setting(layer->config, "trainable", true);
}

void write_weights(hid_t weights, const KerasLayer& layer) {
  const hdf5::Group group = hdf5::create_group(weights, layer.name);
  std::vector<std::string> names;
  for (const auto* weight : ordered_weights(layer)) {
    names.push_back(layer.name + "/" + weight->name + ":0");
    hdf5::write_floats(group, names.back(), weight->shape, weight->values);
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

}  // namespace

std::vector<const KerasLayer::Weight*> ordered_weights(const KerasLayer& layer) {
  std::vector<const KerasLayer::Weight*> weights;
  for (const auto& weight : layer.weights) weights.push_back(&weight);
  if (const auto model = wrapped_model(layer))
    std::ranges::stable_partition(
        weights, [&](const auto* weight) { return is_trained(model->model, weight->name); });
  return weights;
}

json model_config(const KerasModel& model) {
  if (!model.nodes.empty()) return functional_config(model);
  json layers = json::array();
  for (const auto& layer : model.layers) layers.push_back(layer_config(layer));
  return {{"class_name", "Sequential"}, {"config", {{"name", model.name}, {"layers", layers}}}};
}

std::string h5_bytes(const KerasModel& model) {
  const auto renamed = renamed_for_both(model);
  const KerasModel& optimizer = renamed ? *renamed : model;
  const hdf5::File file = hdf5::create_file();
  write_versions(file, model);
  hdf5::write_text(file, "model_config", model_config(model).dump());
  if (!optimizer.training_config.is_null())
    hdf5::write_text(file, "training_config", optimizer.training_config.dump());
  const hdf5::Group weights = hdf5::create_group(file, "model_weights");
  write_versions(weights, model);
  std::vector<std::string> names;
  for (const auto& layer : model.layers) {
    if (layer.class_name == "InputLayer") continue;  // Keras counts it among no model's layers
    names.push_back(layer.name);
    write_weights(weights, layer);
  }
  hdf5::write_list(weights, "layer_names", names);
  if (!optimizer.optimizer_weights.empty()) write_optimizer(file, optimizer.optimizer_weights);
  return hdf5::bytes_of(file);
}

}  // namespace tutti::keras
