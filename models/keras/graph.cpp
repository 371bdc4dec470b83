#include "models/keras/graph.h"

#include <algorithm>
#include <set>

#include "kernels/support/error.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

/// An output as a configuration names it: of a call of a layer.
struct Reference {
  std::string layer;
  std::int64_t call, tensor;
};

/// The outputs that a call takes: [name, call, tensor, …] in Keras 1 and 2, {"keras_history":
/// [name, call, tensor]} in Keras 3, in lists and objects.
void gather(const json& node, std::vector<Reference>& references) {
  if (node.is_array() && node.size() >= 3 && node[0].is_string() && node[1].is_number_integer() &&
      node[2].is_number_integer()) {
    references.push_back({node[0], node[1], node[2]});
    if (node.size() > 3) gather(node[3], references);  // among the call's keywords
  } else if (node.is_structured()) {
    for (const auto& part : node) gather(part, references);
  }
}

std::vector<Reference> references_in(const json& node) {
  std::vector<Reference> references;
  gather(node, references);
  return references;
}

Graph::Unit unit_of(const json& layer) {
  Graph::Unit unit;
  unit.class_name = layer.at("class_name");
  unit.config = layer.at("config");
  const bool named = unit.config.is_object() && unit.config.contains("name");
  unit.name = layer.contains("name") ? layer.at("name") : named ? unit.config.at("name") : json("");
  if (is_model(unit.class_name)) {
    try {
      unit.nested = std::make_unique<Graph>(graph_of(layer));
    } catch (const Error& problem) {
      throw Error("model '", unit.name, "': ", problem.what());
    }
  } else if (!named) {
    throw Error("a layer of class ", unit.class_name, " has no name");
  }
  return unit;
}

void expect_distinct_names(const Graph& graph) {
  std::set<std::string> names;
  for (const auto& unit : graph.units)
    if (!names.insert(unit.name).second) throw Error("two layers are named '", unit.name, "'");
}

Graph sequential_graph(const json& config) {
  Graph graph;
  // Up to Keras 2.2.2 a Sequential model's config is the list of its layers.
  for (const json& layer : config.is_array() ? config : config.at("layers"))
    graph.units.push_back(unit_of(layer));
  if (graph.units.empty()) throw Error("a Sequential model has no layers");
  if (graph.units[0].class_name != "InputLayer") {
    graph.units.emplace(graph.units.begin());
    graph.units[0].class_name = "InputLayer";
  }
  expect_distinct_names(graph);
  graph.inputs = {0};
  for (std::size_t i = 0; i < graph.units.size(); ++i) {
    std::vector<Graph::Source> from;
    if (i > 0) from.push_back({i - 1, 0});
    graph.units[i].calls = {from};
  }
  graph.output = {graph.units.size() - 1, 0};
  return graph;
}

/// Finds what a Functional model's references speak of.
class References {
 public:
  References(const Graph& graph, const json& layers) : graph_(graph) {
    for (std::size_t i = 0; i < graph.units.size(); ++i) units_[graph.units[i].name] = i;
    for (const json& layer : layers)
      for (const auto& reference : references_in(layer.at("inbound_nodes"))) note(reference);
  }

  /// Calls of models are counted from 1 in Keras 2, where their own graph is call 0.
  void note(const Reference& reference) {
    const auto [at, first] = least_.emplace(reference.layer, reference.call);
    if (!first) at->second = std::min(at->second, reference.call);
  }

  Graph::Source find(const Reference& reference, const std::string& taker) const {
    const auto found = units_.find(reference.layer);
    if (found == units_.end())
      throw Error(taker, " takes the output of '", reference.layer, "', which is not there");
    if (reference.tensor != 0)
      throw Error(taker, " takes output ", reference.tensor, " of '", reference.layer,
                  "'; only layers of one output are supported");
    const Graph::Unit& unit = graph_.units[found->second];
    const std::int64_t first = unit.nested && least_.at(reference.layer) == 1 ? 1 : 0;
    const std::int64_t call = reference.call - first;
    if (call < 0 || call >= static_cast<std::int64_t>(unit.calls.size()))
      throw Error(taker, " takes the output of call ", reference.call, " of '", reference.layer,
                  "', which is called ", unit.calls.size(), " times");
    return {found->second, static_cast<std::size_t>(call)};
  }

 private:
  const Graph& graph_;
  std::map<std::string, std::size_t> units_;
  std::map<std::string, std::int64_t> least_;  // number of a call of each
};

/// The calls whose output no other takes.
std::vector<Graph::Source> not_taken(const Graph& graph) {
  std::set<std::pair<std::size_t, std::size_t>> taken;
  for (const auto& unit : graph.units)
    for (const auto& call : unit.calls)
      for (const auto& source : call) taken.emplace(source.unit, source.call);
  std::vector<Graph::Source> rest;
  for (std::size_t i = 0; i < graph.units.size(); ++i)
    for (std::size_t k = 0; k < graph.units[i].calls.size(); ++k)
      if (!taken.contains({i, k})) rest.push_back({i, k});
  return rest;
}

void expect_one_output(const Graph& graph) {
  for (const auto& source : not_taken(graph))
    if (source != graph.output)
      throw Error("no layer takes the output of '", graph.units[source.unit].name,
                  "'; only models of one output are supported");
}

Graph functional_graph(const json& config) {
  Graph graph;
  const json& layers = config.at("layers");
  for (const json& layer : layers) {
    graph.units.push_back(unit_of(layer));
    // As many calls as there are; an input has one.
    graph.units.back().calls.resize(std::max<std::size_t>(1, layer.at("inbound_nodes").size()));
  }
  expect_distinct_names(graph);
  References references(graph, layers);
  const auto outputs = references_in(config.value("output_layers", json()));
  for (const auto& output : outputs) references.note(output);
  for (std::size_t i = 0; i < graph.units.size(); ++i) {
    Graph::Unit& unit = graph.units[i];
    const json& calls = layers[i].at("inbound_nodes");
    if (calls.empty() && unit.class_name != "InputLayer")
      throw Error("layer '", unit.name, "' takes no layer's output");
    for (std::size_t k = 0; k < calls.size(); ++k)
      for (const auto& reference : references_in(calls[k]))
        unit.calls[k].push_back(references.find(reference, "layer '" + unit.name + "'"));
    if (calls.empty()) graph.inputs.push_back(i);
  }
  if (const auto named = references_in(config.value("input_layers", json())); !named.empty()) {
    const auto all = graph.inputs.size();
    graph.inputs.clear();
    for (const auto& reference : named)
      graph.inputs.push_back(references.find(reference, "the model").unit);
    if (graph.inputs.size() != all ||
        std::set(graph.inputs.begin(), graph.inputs.end()).size() != all)
      throw Error("input_layers does not name each of its ", all, " inputs once");
  }
  if (outputs.size() > 1) throw Error("it has ", outputs.size(), " outputs; one is supported");
  if (outputs.empty()) {
    const auto ends = not_taken(graph);
    if (ends.empty()) throw Error("its layers take each other's outputs in a circle");
    graph.output = ends[0];
  } else {
    graph.output = references.find(outputs[0], "the model");
  }
  expect_one_output(graph);
  return graph;
}

}  // namespace

Graph graph_of(const json& description) {
  const auto& kind = description.at("class_name").get_ref<const std::string&>();
  if (!is_model(kind))
    throw Error("it holds a ", kind, " model, not a Sequential or a Functional one");
  const json& config = description.at("config");
  return kind == "Sequential" ? sequential_graph(config) : functional_graph(config);
}

}  // namespace tutti::keras
