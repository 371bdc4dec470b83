#include <algorithm>
#include <map>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/keras/folders.h"

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

/// A nested model's weights are all in one group: those of the layer at the end of this path of
/// names. Only Keras 3 says which model the layer is in.
std::vector<KerasLayer::Weight> weights_of(const std::vector<KerasLayer::Weight>& group,
                                           const std::vector<std::string>& path) {
  const std::string layer = path.back() + '/';
  const auto all = [&](auto is_meant) {
    std::vector<KerasLayer::Weight> weights;
    std::ranges::copy_if(group, std::back_inserter(weights), is_meant, &KerasLayer::Weight::name);
    return weights;
  };
  if (path.size() > 1) {
    const std::string in_model = '/' + path[path.size() - 2] + '/' + layer;
    auto weights = all([&](const auto& name) { return ('/' + name).find(in_model) != name.npos; });
    if (!weights.empty()) return weights;
  }
  auto weights = all([&](const auto& name) { return name.starts_with(layer); });
  if (!weights.empty()) return weights;
  return all([&](const auto& name) { return name.find('/' + layer) != name.npos; });
}

/// Of a layer from the group of the unit that it is in: of a model within it layer by layer.
std::vector<KerasLayer::Weight> weights_of(const std::vector<KerasLayer::Weight>& group,
                                           const KerasLayer& layer, const Place& place) {
  const auto model = wrapped_model(layer);
  if (!model) return place.path.size() > 1 ? weights_of(group, place.path) : group;
  std::vector<KerasLayer::Weight> weights;
  for (const auto& inner : model->places)
    if (!inner.folder.empty())
      for (auto& weight : weights_of(group, inner.path)) weights.push_back(std::move(weight));
  return weights;
}

/// Theano turned kernels round: it convolved where others correlate.
void turn_kernel(KerasLayer& layer) {
  if (layer.class_name.find("Conv") == std::string::npos || layer.weights.empty()) return;
  auto& [name, shape, values] = layer.weights[0];
  if (shape.size() < 3) return;
  const auto run = static_cast<std::ptrdiff_t>(shape[shape.size() - 1] * shape[shape.size() - 2]);
  std::vector<float> turned;
  for (auto end = values.end(); end != values.begin(); end -= run)
    turned.insert(turned.end(), end - run, end);
  values = std::move(turned);
}

/// Weights as Keras 1 and 2 keep them: a group for each layer of the outermost model.
void read_groups(hid_t weights, Description& description, std::uint64_t& budget) {
  const auto saved = hdf5::read_list(weights, "layer_names");
  std::map<std::string, std::vector<KerasLayer::Weight>> groups;
  for (std::size_t i = 0; i < description.places.size(); ++i) {
    KerasLayer& layer = description.model.layers[i];
    const std::string& name = description.places[i].path[0];
    if (std::find(saved.begin(), saved.end(), name) == saved.end()) {
      if (layer.class_name == "InputLayer") continue;
      throw Error("layer_names lacks the layer ", name);
    }
    if (!groups.contains(name))
      groups[name] = read_weights(hdf5::open_group(weights, name), budget);
    layer.weights = weights_of(groups[name], layer, description.places[i]);
    for (auto& weight : layer.weights) weight.name = short_name(weight.name);
  }
}

/// The description beside weights alone: what model.to_json() says.
json config_of(const Architecture& architecture) {
  try {
    return parse(architecture.text, "it");
  } catch (const Error& problem) {
    throw Error("the architecture ", architecture.name, ": ", problem.what());
  }
}

}  // namespace

json model_config(const KerasModel& model) {
  if (!model.nodes.empty()) return functional_config(model);
  json layers = json::array();
  for (const auto& layer : model.layers) layers.push_back(layer_config(layer));
  return {{"class_name", "Sequential"}, {"config", {{"name", model.name}, {"layers", layers}}}};
}

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

KerasModel read_h5(const std::string& bytes, ReadOptimizer optimizer,
                   const Architecture& architecture) {
  const hdf5::File file = hdf5::open_bytes(bytes);
  const auto config = hdf5::read_text(file, "model_config");
  if (!config && architecture.text.empty())
    throw Error(
        "it has no model_config: a file of weights alone does not say which model they are of; "
        "give the model's own description too (--architecture, of model.to_json()) or save the "
        "whole model (model.save)");
  const json described =
      architecture.text.empty() ? parse(*config, "model_config") : config_of(architecture);
  Description description = described_by(described);
  KerasModel& model = description.model;
  std::uint64_t budget = bytes.size();
  if (!hdf5::has_attribute(file, "layer_names") && !hdf5::has_member(file, "model_weights") &&
      hdf5::has_member(file, "layers")) {
    model.keras_version = described.value("keras_version", "3");
    read_folders(file, description, budget);
    return std::move(model);
  }
  model.keras_version =
      hdf5::read_text(file, "keras_version").value_or(described.value("keras_version", "1"));
  if (const auto training = hdf5::read_text(file, "training_config"))
    model.training_config = parse(*training, "training_config");
  if (config || hdf5::has_member(file, "model_weights"))
    read_groups(hdf5::open_group(file, "model_weights"), description, budget);
  else
    read_groups(file, description, budget);
  if (keras_major(model) < 2) modernize(model);
  if (hdf5::read_text(file, "backend") == "theano")
    for (auto& layer : model.layers) turn_kernel(layer);
  if (optimizer == ReadOptimizer::yes && hdf5::has_member(file, "optimizer_weights"))
    model.optimizer_weights = read_weights(hdf5::open_group(file, "optimizer_weights"), budget);
  return std::move(model);
}

}  // namespace tutti::keras
