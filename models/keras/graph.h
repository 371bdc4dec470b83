#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/keras/file.h"

namespace tutti::keras {

/// A model as its configuration describes it: units, which are layers or models themselves, each
/// called once or several times on what calls of others make.
struct Graph {
  struct Source {
    std::size_t unit, call;
    bool operator==(const Source&) const = default;
  };
  struct Unit {
    std::string class_name, name;
    nlohmann::json config;
    std::unique_ptr<Graph> nested;  // of a model
    std::vector<std::vector<Source>> calls;
  };
  std::vector<Unit> units;
  std::vector<std::size_t> inputs;  // units of no layer, whose one call takes nothing
  Source output;
};

/// The graph of a Sequential or Functional model of Keras 1 to 3 with one output. An Error names
/// the layer that takes what is not there, is named twice, or whose output nobody takes.
Graph graph_of(const nlohmann::json& description);

/// A graph without models in it.
struct FlatGraph {
  struct Layer {
    const Graph::Unit* unit;
    std::vector<std::string> path;  // names of the models that it is in and its own
    std::string folder;             // in an archive
  };
  std::vector<Layer>
      layers;  // in the order in which they are first called; the input not among them
  std::vector<KerasModel::Node> nodes;
  std::vector<std::size_t>
      listed;  // the layers in the configuration's order; empty if it is theirs
};

/// Nested models' layers in their places; an Error if calls depend on each other in a circle.
FlatGraph flattened(const Graph& graph);

}  // namespace tutti::keras
