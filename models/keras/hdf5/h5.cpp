#include <algorithm>
#include <map>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"
#include "models/keras/folders.h"
#include "models/keras/hdf5/h5_optimizer.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

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
      if (keras_major(description.model) >= 3 && joins(layer.class_name))
        continue;  // x + y of Keras 3 is not a layer there
      throw Error("layer_names lacks the layer ", name, " (", layer.class_name, ")");
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
    return parse_json(architecture.text, "it");
  } catch (const Error& problem) {
    throw Error("the architecture ", architecture.name, ": ", problem.what());
  }
}

}  // namespace

KerasModel read_h5(std::string_view bytes, ReadOptimizer optimizer,
                   const Architecture& architecture) {
  const hdf5::File file = hdf5::open_bytes(bytes);
  const auto config = hdf5::read_text(file, "model_config");
  if (!config && architecture.text.empty())
    throw Error(
        "it has no model_config: a file of weights alone does not say which model they are of; "
        "give the model's own description too (--architecture, of model.to_json()) or save the "
        "whole model (model.save)");
  const json described =
      architecture.text.empty() ? parse_json(*config, "model_config") : config_of(architecture);
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
    model.training_config = parse_json(*training, "training_config");
  if (config || hdf5::has_member(file, "model_weights"))
    read_groups(hdf5::open_group(file, "model_weights"), description, budget);
  else
    read_groups(file, description, budget);
  if (keras_major(model) < 2) modernize(model);
  if (hdf5::read_text(file, "backend") == "theano")
    for (auto& layer : model.layers) turn_kernel(layer);
  if (optimizer == ReadOptimizer::yes && hdf5::has_member(file, "optimizer_weights"))
    model.optimizer_weights = read_weights(hdf5::open_group(file, "optimizer_weights"), budget);
  rename_back(model);
  return std::move(model);
}

}  // namespace tutti::keras
