#include <map>
#include <set>

#include "kernels/support/error.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

constexpr int deepest_json = 100;  // levels

/// The names of the layers whose outputs an inbound node speaks of: [name, number, tensor, …] in
/// Keras 1 and 2, {"keras_history": [name, number, tensor]} in Keras 3.
void gather_sources(const json& node, std::set<std::string>& names) {
  if (node.is_array() && node.size() >= 3 && node[0].is_string() && node[1].is_number() &&
      node[2].is_number()) {
    names.insert(node[0].get<std::string>());
    return;
  }
  if (node.is_structured())
    for (const auto& part : node) gather_sources(part, names);
}

/// The layer that feeds this one, or nothing if it is an input.
std::string source_of(const json& layer) {
  const std::string& name = layer.at("name").get_ref<const std::string&>();
  const json& nodes = layer.at("inbound_nodes");
  if (nodes.empty()) return {};
  std::set<std::string> names;
  gather_sources(nodes, names);
  if (nodes.size() > 1 || names.size() != 1)
    throw Error("layer '", name, "' is used ", nodes.size(), " times on the outputs of ",
                names.size(), " layers; only chains are supported, one layer after another");
  return *names.begin();
}

/// The layers of a functional model from its input to its output.
json chain(const json& config) {
  std::map<std::string, const json*> after;  // by the layer that feeds them
  for (const json& layer : config.at("layers"))
    if (const auto source = source_of(layer); !after.emplace(source, &layer).second)
      throw Error("layers '", after[source]->at("name").get<std::string>(), "' and '",
                  layer.at("name").get<std::string>(), "' take the same input; only chains are ",
                  "supported, one layer after another");
  json layers = json::array();
  for (auto next = after.find(""); next != after.end();
       next = after.find(layers.back().at("name").get<std::string>())) {
    layers.push_back(*next->second);
    after.erase(next);
  }
  if (!after.empty())
    throw Error("layer '", after.begin()->second->at("name").get<std::string>(),
                "' is not reached from the input");
  return layers;
}

}  // namespace

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

KerasModel described_by(const json& description) {
  try {
    const auto& kind = description.at("class_name").get_ref<const std::string&>();
    const bool functional = kind == "Functional" || kind == "Model";
    if (!functional && kind != "Sequential")
      throw Error("it holds a ", kind, " model, not a Sequential or a Functional one");
    const json& config = description.at("config");
    KerasModel model;
    // Up to Keras 2.2.2 a Model model's config is the list of its layers.
    if (config.is_object()) model.name = config.value("name", model.name);
    const json layers = functional          ? chain(config)
                        : config.is_array() ? config
                                            : config.at("layers");
    for (const json& layer : layers)
      model.layers.push_back(
          {layer.at("class_name"), layer.at("config").at("name"), layer.at("config"), {}});
    return model;
  } catch (const json::exception& problem) {
    throw Error("model_config does not describe a Sequential or Functional model: ",
                problem.what());
  }
}

}  // namespace tutti::keras
