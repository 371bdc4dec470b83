#include <algorithm>
#include <numeric>

#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "models/keras/graph.h"

namespace tutti::keras {
namespace {

constexpr std::size_t most_nodes = 10'000;  // a model within a model doubles them at each level

class Flattening {
 public:
  FlatGraph result;

  /// Calls a graph on these values; returns its output's.
  std::size_t call(const Graph& graph, const std::vector<std::size_t>& inputs) {
    std::vector<std::vector<Calling>> calling;
    for (const auto& unit : graph.units) calling.emplace_back(unit.calls.size());
    if (inputs.size() != graph.inputs.size())
      throw Error("a model of ", graph.inputs.size(), " inputs is given ", inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i)
      calling[graph.inputs[i]].at(0) = {State::done, inputs[i]};
    // The first call of each layer in the order in which the configuration names them, then others.
    for (std::size_t i = 0; i < graph.units.size(); ++i) reach(graph, {i, 0}, calling);
    for (std::size_t i = 0; i < graph.units.size(); ++i)
      for (std::size_t k = 1; k < calling[i].size(); ++k) reach(graph, {i, k}, calling);
    return calling[graph.output.unit][graph.output.call].value;
  }

  /// Where the layers stand: names of the models around, folders by class in snake case and number.
  void place(const Graph& graph, const std::vector<std::string>& path, const std::string& folder) {
    std::map<std::string, int> used;
    for (const auto& unit : graph.units) {
      if (unit.name.empty() && unit.class_name == "InputLayer") continue;  // not in the file
      const std::string base = snake_case(unit.class_name);
      const int number = used[base]++;
      FlatGraph::Layer layer{&unit, path, folder + "layers/" + base};
      layer.path.push_back(unit.name);
      if (number > 0) layer.folder += "_" + std::to_string(number);
      if (unit.nested)
        place(*unit.nested, layer.path, layer.folder + "/");
      else
        order_.emplace(&unit, order_.size()), places_.emplace(&unit, std::move(layer));
    }
  }

  void set_listed() {
    std::vector<std::size_t> listed(result.layers.size());
    std::iota(listed.begin(), listed.end(), 0);
    std::ranges::sort(listed, {}, [&](std::size_t i) { return order_.at(result.layers[i].unit); });
    if (!std::ranges::is_sorted(listed)) result.listed = std::move(listed);
  }

 private:
  enum class State { waiting, begun, done };
  struct Calling {
    State state = State::waiting;
    std::size_t value = 0;
  };
  using Callings = std::vector<std::vector<Calling>>;

  /// Makes a call after all those whose outputs it takes. Not by recursion: chains may be long.
  void reach(const Graph& graph, Graph::Source goal, Callings& calling) {
    std::vector<Graph::Source> open = {goal};
    while (!open.empty()) {
      const auto [unit, number] = open.back();
      Calling& now = calling[unit][number];
      const auto& sources = graph.units[unit].calls[number];
      const auto state_of = [&](const auto& source) -> Calling& {
        return calling[source.unit][source.call];
      };
      if (now.state == State::waiting) {
        now.state = State::begun;
        for (auto source = sources.rbegin(); source != sources.rend(); ++source) {
          if (state_of(*source).state == State::begun)
            throw Error("layer '", graph.units[unit].name, "' takes its own output in a circle");
          if (state_of(*source).state == State::waiting) open.push_back(*source);
        }
        continue;
      }
      open.pop_back();
      if (now.state == State::done) continue;
      std::vector<std::size_t> inputs;
      for (const auto& source : sources) inputs.push_back(state_of(source).value);
      now = {State::done, value_of(graph.units[unit], inputs)};
    }
  }

  std::size_t value_of(const Graph::Unit& unit, const std::vector<std::size_t>& inputs) {
    if (unit.nested) {
      if (++calls_ > most_nodes) throw Error("it calls more than ", most_nodes, " models");
      return call(*unit.nested, inputs);
    }
    const auto [number, first] = numbers_.emplace(&unit, result.layers.size());
    if (first) {
      result.layers.push_back(places_.at(&unit));
    }
    if (result.nodes.size() >= most_nodes)
      throw Error("it has more than ", most_nodes, " calls of layers");
    result.nodes.push_back({number->second, inputs});
    return result.nodes.size();
  }

  std::map<const Graph::Unit*, std::size_t> numbers_, order_;  // among calls; as they are listed
  std::map<const Graph::Unit*, FlatGraph::Layer> places_;
  std::size_t calls_ = 0;
};

}  // namespace

FlatGraph flattened(const Graph& graph) {
  if (graph.inputs.size() != 1)
    throw Error("it has ", graph.inputs.size(), " inputs; one is supported");
  Flattening flattening;
  flattening.place(graph, {}, "");
  flattening.call(graph, {0});
  flattening.set_listed();
  return std::move(flattening.result);
}

}  // namespace tutti::keras
