#include <algorithm>

#include "kernels/support/error.h"
#include "models/keras/graph.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

/// What says the input's shape, if anything does: the input of a model that is first in a
/// Sequential one is the input of both.
const Graph::Unit& input_of(const Graph& graph) {
  const Graph::Unit& input = graph.units[graph.inputs[0]];
  const bool unsaid = input.name.empty() && graph.units.size() > 1 && graph.units[1].nested;
  return unsaid ? input_of(*graph.units[1].nested) : input;
}

std::string joined(const std::vector<std::string>& path) {
  std::string name;
  for (const auto& part : path) name += (name.empty() ? "" : "/") + part;
  return name;
}

bool is_chain(const FlatGraph& flat) {
  for (std::size_t i = 0; i < flat.nodes.size(); ++i)
    if (flat.nodes[i].layer != i || flat.nodes[i].inputs != std::vector{i}) return false;
  return true;
}

}  // namespace

bool is_model(const std::string& class_name) {
  return class_name == "Sequential" || class_name == "Functional" || class_name == "Model";
}

bool joins(const std::string& class_name) {
  const char* all[] = {"Add", "Multiply", "Average", "Maximum", "Concatenate"};
  return std::ranges::find(all, class_name) != std::end(all);
}

std::optional<Description> wrapped_model(const KerasLayer& layer) {
  if (layer.class_name != "TimeDistributed") return std::nullopt;
  const json& wrapped = layer.config.at("layer");
  if (!is_model(wrapped.at("class_name"))) return std::nullopt;
  return described_by(wrapped);
}

Description described_by(const json& description) {
  try {
    const Graph graph = graph_of(description);
    FlatGraph flat = flattened(graph);
    Description result;
    KerasModel& model = result.model;
    if (const json& config = description.at("config"); config.is_object())
      model.name = config.value("name", model.name);
    if (const auto& input = input_of(graph); !input.name.empty()) {
      model.layers.push_back({input.class_name, input.name, input.config, {}});
      result.places.push_back({{input.name}, ""});
    }
    const std::size_t inputs = model.layers.size();
    for (auto& [unit, path, folder] : flat.layers) {
      model.layers.push_back({unit->class_name, joined(path), unit->config, {}});
      result.places.push_back({std::move(path), std::move(folder)});
    }
    if (!is_chain(flat)) {
      model.nodes = std::move(flat.nodes);
      for (auto& node : model.nodes) node.layer += inputs;
    }
    model.listed = std::move(flat.listed);
    return result;
  } catch (const json::exception& problem) {
    throw Error("model_config does not describe a Sequential or Functional model: ",
                reason_of(problem));
  }
}

}  // namespace tutti::keras
