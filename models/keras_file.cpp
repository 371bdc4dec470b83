#include "models/keras_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/files.h"
#include "models/hdf5.h"
#include "models/isolated.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

// How a model travels from one process to another, the values bit for bit.
void to_json(json& packed, const KerasLayer::Weight& weight) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(weight.values.data());
  std::vector<std::uint8_t> values(bytes, bytes + weight.values.size() * sizeof(float));
  packed = {{"name", weight.name}, {"shape", weight.shape}};
  packed["values"] = json::binary(std::move(values));
}

void from_json(const json& packed, KerasLayer::Weight& weight) {
  packed.at("name").get_to(weight.name);
  packed.at("shape").get_to(weight.shape);
  const auto& values = packed.at("values").get_binary();
  weight.values.resize(values.size() / sizeof(float));
  std::memcpy(weight.values.data(), values.data(), values.size());
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasLayer, class_name, name, config, weights)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasModel, name, keras_version, layers, training_config)

namespace {

constexpr int deepest_json = 100;  // levels

/// Far more than reading a file of that size takes, and little enough to wait for.
Limits reading_limits(std::uint64_t bytes) {
  return {3 + bytes / 20'000'000, (1 << 30) + 32 * bytes};
}

json layer_config(const KerasLayer& layer) {
  json config = layer.config;
  config["name"] = layer.name;
  return {{"class_name", layer.class_name}, {"config", config}};
}

json model_config(const KerasModel& model) {
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

void write_versions(hid_t object, const KerasModel& model) {
  hdf5::write_text(object, "keras_version", model.keras_version);
  hdf5::write_text(object, "backend", "tensorflow");
}

std::string file_bytes(const KerasModel& model) {
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
  return hdf5::bytes_of(file);
}

json parse(const std::string& text, const std::string& what) {
  const auto limit_depth = [&](int depth, json::parse_event_t, json&) {
    if (depth > deepest_json) throw Error(what, " is nested more than ", deepest_json, " deep");
    return true;
  };
  try {
    return json::parse(text, limit_depth);
  } catch (const json::parse_error& problem) {
    throw Error(what, " is not JSON: it ends, or goes wrong, at byte ", problem.byte);
  }
}

/// The model of a config, yet without weights.
KerasModel described_by(const json& description) {
  try {
    const auto& kind = description.at("class_name").get_ref<const std::string&>();
    if (kind != "Sequential") throw Error("it holds a ", kind, " model, not a Sequential one");
    const json& config = description.at("config");
    KerasModel model;
    model.name = config.value("name", model.name);
    for (const json& layer : config.at("layers"))
      model.layers.push_back(
          {layer.at("class_name"), layer.at("config").at("name"), layer.at("config"), {}});
    return model;
  } catch (const json::exception& problem) {
    throw Error("model_config does not describe a Sequential model: ", problem.what());
  }
}

/// "lstm/lstm_cell/kernel:0" is a "kernel".
std::string short_name(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

void read_weights(const hdf5::Group& weights, KerasLayer& layer, std::uint64_t& budget) {
  const hdf5::Group group = hdf5::open_group(weights, layer.name);
  for (const auto& path : hdf5::read_list(group, "weight_names")) {
    hdf5::Array array = hdf5::read_floats(group, path, budget);
    layer.weights.push_back({short_name(path), array.shape, std::move(array.values)});
  }
}

KerasModel read(const fs::path& path, std::uint64_t file_size) {
  const hdf5::File file = hdf5::open_file(path);
  const auto config = hdf5::read_text(file, "model_config");
  if (!config)
    throw Error(
        "it has no model_config: a file of weights alone does not say which model they are "
        "of; save the whole model (model.save)");
  KerasModel model = described_by(parse(*config, "model_config"));
  model.keras_version = hdf5::read_text(file, "keras_version").value_or("1");
  if (const auto training = hdf5::read_text(file, "training_config"))
    model.training_config = parse(*training, "training_config");

  const hdf5::Group weights = hdf5::open_group(file, "model_weights");
  const auto names = hdf5::read_list(weights, "layer_names");
  std::uint64_t budget = file_size;
  for (auto& layer : model.layers) {
    const bool saved = std::find(names.begin(), names.end(), layer.name) != names.end();
    if (saved)
      read_weights(weights, layer, budget);
    else if (layer.class_name != "InputLayer")
      throw Error("layer_names lacks the layer ", layer.name);
  }
  return model;
}

}  // namespace

void write_keras_file(const fs::path& path, const KerasModel& model) {
  std::string bytes;
  try {
    bytes = file_bytes(model);
  } catch (const std::exception& problem) {
    throw Error("cannot write ", path.string(), ": ", problem.what());
  }
  write_file(path, bytes);
}

KerasModel read_keras_file(const fs::path& path) {
  try {
    if (::access(path.c_str(), R_OK) != 0) throw Error(std::strerror(errno));
    if (!fs::is_regular_file(path)) throw Error("it is not a file");
    const std::uint64_t size = fs::file_size(path);
    // HDF5 is known to crash on damaged files.
    const auto work = [&] {
      const auto bytes = json::to_cbor(read(path, size));
      return std::string(bytes.begin(), bytes.end());
    };
    return json::from_cbor(isolated(work, reading_limits(size))).get<KerasModel>();
  } catch (const std::exception& problem) {
    throw Error("cannot read ", path.string(), ": ", problem.what());
  }
}

}  // namespace tutti
