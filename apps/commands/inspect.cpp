#include <algorithm>
#include <array>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/common.h"
#include "models/keras/layers.h"

namespace tutti {
namespace {

using nlohmann::json;

std::int64_t parameters_of(const Layer& layer, bool trainable) {
  std::int64_t count = 0;
  for (const auto& parameter : layer.parameters())
    if (parameter.trainable == trainable) count += parameter.variable.value().size();
  return count;
}

std::string text(const Shape& shape) {
  std::ostringstream out;
  out << "(None";
  for (const auto length : shape) out << ", " << (length == -1 ? "None" : std::to_string(length));
  out << ')';
  return out.str();
}

/// One row per layer.
json describe(const KerasModel& file, const Model& model) {
  json layers = json::array();
  auto child = model.children().begin();
  for (const auto& layer : file.layers) {
    const Layer* made = layer.class_name == "InputLayer" ? nullptr : (child++)->layer.get();
    const auto node = std::ranges::find(model.nodes(), made, &Model::Node::layer);
    const Shape& shape = node->shape;
    const auto count = [&](bool trainable) {
      return node->layer ? parameters_of(*node->layer, trainable) : 0;
    };
    layers.push_back({{"name", layer.name},
                      {"class", layer.class_name},
                      {"output_shape", static_cast<const std::vector<std::int64_t>&>(shape)},
                      {"trainable", count(true)},
                      {"not_trainable", count(false)}});
  }
  return layers;
}

std::int64_t total(const json& layers, const char* key) {
  std::int64_t sum = 0;
  for (const auto& layer : layers) sum += layer.at(key).get<std::int64_t>();
  return sum;
}

void print(const KerasModel& file, const json& layers) {
  std::vector<std::array<std::string, 3>> rows = {{"Layer (class)", "Output shape", "Parameters"}};
  for (const auto& layer : layers) {
    Shape shape;
    for (const auto& length : layer["output_shape"])
      shape.push_back(length.is_null() ? -1 : length.get<std::int64_t>());
    rows.push_back(
        {layer["name"].get<std::string>() + " (" + layer["class"].get<std::string>() + ")",
         text(shape),
         std::to_string(layer["trainable"].get<std::int64_t>() +
                        layer["not_trainable"].get<std::int64_t>())});
  }
  std::size_t names = 0, shapes = 0;
  for (const auto& row : rows) {
    names = std::max(names, row[0].size());
    shapes = std::max(shapes, row[1].size());
  }
  std::cout << "Model \"" << file.name << "\", a file of Keras " << file.keras_version << "\n\n";
  for (const auto& [name, shape, parameters] : rows)
    std::cout << std::left << std::setw(static_cast<int>(names) + 2) << name
              << std::setw(static_cast<int>(shapes) + 2) << shape << std::right << std::setw(10)
              << parameters << '\n';
  const auto trainable = total(layers, "trainable"), fixed = total(layers, "not_trainable");
  std::cout << "\nParameters: " << trainable + fixed << ", of which " << trainable
            << " are trainable\n";
  if (!file.training_config.is_null())
    std::cout << "Compiled: loss " << file.training_config.value("loss", json()).dump()
              << ", optimizer "
              << file.training_config.value("optimizer_config", json::object())
                     .value("class_name", "unknown")
              << '\n';
}

/// The shapes of two descriptions of one model; null for lengths that differ.
json with_open_lengths(json layers, const json& other) {
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (std::size_t n = 0; n < layers[i]["output_shape"].size(); ++n)
      if (layers[i]["output_shape"][n] != other[i]["output_shape"][n])
        layers[i]["output_shape"][n] = nullptr;
  return layers;
}

/// A file that leaves lengths open is described for two of them.
json describe(const std::string& path, const KerasModel& file) {
  const Shape said = input_shape_of(file);
  const auto for_length = [&](std::int64_t length) {
    KerasModel closed = file;
    Shape input = said;
    std::ranges::replace(input, -1, length);
    set_open_lengths(closed, input);
    return describe(closed, load_member(path, closed, Device::cpu));
  };
  if (!std::ranges::count(said, -1)) return describe(file, load_member(path, file, Device::cpu));
  return with_open_lengths(for_length(512), for_length(1024));
}

int inspect(const std::string& path, const std::string& architecture, bool as_json) {
  const KerasModel file = read_keras_weights(path, architecture);
  const json layers = describe(path, file);
  if (as_json)
    std::cout << json{{"name", file.name},
                      {"keras_version", file.keras_version},
                      {"layers", layers},
                      {"trainable", total(layers, "trainable")},
                      {"not_trainable", total(layers, "not_trainable")}}
                     .dump(2)
              << '\n';
  else
    print(file, layers);
  return done;
}

}  // namespace

void add_inspect(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("inspect", "Show the layers, shapes, and parameters of a Keras file");
  const auto path = std::make_shared<std::string>();
  const auto architecture = std::make_shared<std::string>();
  add_architecture(*command, *architecture);
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("FILE", *path, "A model saved by Keras or by tutti")->required();
  command->add_flag("--json", *as_json, "Print one JSON document instead of a table");
  command->callback([=, &status] { status = inspect(*path, *architecture, *as_json); });
}

}  // namespace tutti
