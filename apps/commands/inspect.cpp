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
  for (const auto length : shape) out << ", " << length;
  out << ')';
  return out.str();
}

/// A row a layer.
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
    const auto shape = layer["output_shape"].get<std::vector<std::int64_t>>();
    rows.push_back(
        {layer["name"].get<std::string>() + " (" + layer["class"].get<std::string>() + ")",
         text(Shape(shape.begin(), shape.end())),
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

int inspect(const std::string& path, bool as_json) {
  const KerasModel file = read_keras_file(path, ReadOptimizer::no);
  const json layers = describe(file, load_member(path, file, Device::cpu));
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
      program.add_subcommand("inspect", "The layers, shapes and parameters of a Keras .h5 file");
  const auto path = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("FILE", *path, "A model saved by Keras or by tutti")->required();
  command->add_flag("--json", *as_json, "Print one JSON document instead of a table");
  command->callback([=, &status] { status = inspect(*path, *as_json); });
}

}  // namespace tutti
