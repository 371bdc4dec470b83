#include <algorithm>
#include <map>
#include <numeric>

#include "engine/layers/wrappers/time_distributed.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "models/keras/flat_model.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"
#include "models/keras/parts.h"

namespace tutti {
namespace {

using nlohmann::json;

/// dense, dense_1, dense_2 …: the names that Keras gives.
class Names {
 public:
  std::string next(const std::string& class_name) {
    const std::string base = snake_case(class_name);
    const int number = used_[base]++;
    return number == 0 ? base : base + "_" + std::to_string(number);
  }

 private:
  std::map<std::string, int> used_;
};

KerasLayer described_input(const Shape& shape, const std::string& name = "input_1") {
  json batch_input_shape = {nullptr};
  for (const auto length : shape) batch_input_shape.push_back(length);
  return {"InputLayer",
          name,
          {{"batch_input_shape", batch_input_shape},
           {"dtype", "float32"},
           {"sparse", false},
           {"ragged", false},
           {"name", name}},
          {}};
}

std::vector<KerasLayer::Weight> weights_of(const Layer& layer, std::int64_t member) {
  const auto names = parameter_names(layer);
  std::vector<KerasLayer::Weight> weights;
  for (const auto& parameter : layer.parameters())
    weights.push_back({names.at(weights.size()), member_shape(parameter),
                       parameter.variable.value().slice(member, 1).to_vector<float>()});
  return weights;
}

/// What a layer is written as, and whether only Keras 3 computes so.
std::pair<KerasLayer, bool> written(const Layer& layer, bool trainable, std::int64_t member,
                                    Names& names);

const Model* wrapped_model(const Layer& layer) {
  const bool wraps = dynamic_cast<const TimeDistributed*>(&layer);
  return wraps ? dynamic_cast<const Model*>(layer.children()[0].layer.get()) : nullptr;
}

/// TimeDistributed of a model, whose layers' weights are one after another.
std::pair<KerasLayer, bool> written_model(const Model& model, std::int64_t member, Names& names) {
  const keras::FlatModel flat = keras::flattened(model);
  if (!flat.is_chain())
    throw Error("TimeDistributed of a model with branches cannot be written as a Keras file");
  KerasModel inner;
  inner.name = names.next("Sequential");
  inner.layers.push_back(described_input(model.input_shape(), names.next("InputLayer")));
  KerasLayer outer{"TimeDistributed", "", json::object(), {}};
  bool since_keras_3 = false;
  for (const auto& [layer, trainable, input] : flat.layers) {
    if (wrapped_model(*layer))
      throw Error("TimeDistributed of a model within another cannot be written as a Keras file");
    auto [within, since_3] = written(*layer, trainable && model.trainable(), member, names);
    since_keras_3 |= since_3;
    for (auto& weight : within.weights) {
      weight.name = within.name + '/' + weight.name;
      outer.weights.push_back(std::move(weight));
    }
    within.weights.clear();
    inner.layers.push_back(std::move(within));
  }
  outer.config["layer"] = keras::model_config(inner);
  outer.config["layer"].update({{"module", "keras"}, {"registered_name", nullptr}});
  return {std::move(outer), since_keras_3};
}

std::pair<KerasLayer, bool> written(const Layer& layer, bool trainable, std::int64_t member,
                                    Names& names) {
  KerasLayer result;
  bool since_keras_3 = false;
  if (const Model* model = wrapped_model(layer)) {
    std::tie(result, since_keras_3) = written_model(*model, member, names);
  } else {
    auto said = keras::write_layer(layer);
    since_keras_3 = said.since_keras_3;
    result = {said.class_name, "", std::move(said.config), weights_of(layer, member)};
  }
  result.name = names.next(result.class_name);
  result.config.update({{"name", result.name}, {"dtype", "float32"}});
  // SpatialDropout of Keras 3 does not know it.
  if (!layer.parameters().empty()) result.config["trainable"] = trainable;
  return {std::move(result), since_keras_3};
}

}  // namespace

std::vector<std::string> parameter_names(const Layer& layer) {
  std::vector<std::string> names;
  for (const auto& parameter : layer.own_parameters())
    if (parameter.saved) names.push_back(parameter.name);
  for (const auto& [name, child] : layer.children())
    for (const auto& of_child : parameter_names(*child)) names.push_back(name + '/' + of_child);
  return names;
}

KerasModel to_keras(const Model& model, std::int64_t member, const KerasOptimizer& optimizer) {
  const keras::FlatModel flat = keras::flattened(model);
  KerasModel file;
  file.layers.push_back(described_input(model.input_shape()));
  std::vector<KerasLayer> layers;
  Names names;
  for (const auto& [layer, trainable, input] : flat.layers) {
    try {
      auto [said, since_keras_3] = written(*layer, trainable, member, names);
      if (since_keras_3) file.keras_version = "3.0.0";
      layers.push_back(std::move(said));
    } catch (const Error& problem) {
      throw Error("layer ", layers.size() + 1, ": ", problem.what());
    }
  }
  std::vector<std::size_t> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  if (!flat.is_chain()) {
    order = keras::order_of(flat);
    file.name = "functional";
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i + 1;  // behind the input
    file.nodes = flat.nodes;
    for (auto& node : file.nodes) node.layer = place[node.layer];
  }
  for (const std::size_t i : order) file.layers.push_back(std::move(layers[i]));
  describe_optimizer(file, model, optimizer);
  return file;
}

}  // namespace tutti
