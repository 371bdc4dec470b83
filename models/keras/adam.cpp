#include <numeric>

#include "kernels/support/error.h"
#include "models/keras/flat_model.h"
#include "models/keras/layers.h"
#include "models/keras/settings.h"

namespace tutti {

using nlohmann::json;

namespace {

constexpr double keras_learning_rate = 1e-3;  // of Adam, unless it is told

json training_config(double learning_rate) {
  const AdamOptions adam;
  return {{"loss", "categorical_crossentropy"},
          {"metrics", {"accuracy"}},
          {"weighted_metrics", nullptr},
          {"loss_weights", nullptr},
          {"optimizer_config",
           {{"class_name", "Adam"},
            {"config",
             {{"name", "Adam"},
              {"learning_rate", learning_rate},
              {"beta_1", adam.beta1},
              {"beta_2", adam.beta2},
              {"epsilon", adam.epsilon},
              {"amsgrad", false}}}}}};
}

/// In the order of Keras 2 up to 2.10, which 2.15 knows too: the steps, all m, all v. Keras 3 opens
/// the file, but takes no state from any .h5 and wants compile() before it trains.
std::vector<KerasLayer::Weight> optimizer_weights(const KerasModel& file, const Model& model,
                                                  const OptimizerState& adam) {
  const keras::FlatModel flat = keras::flattened(model);
  std::vector<std::size_t> first, order(flat.layers.size());  // slots of layers, in their order
  std::size_t slots = 0;
  for (const auto& entry : flat.layers) {
    first.push_back(slots);
    for (const auto& parameter : entry.layer->parameters()) slots += parameter.trainable;
  }
  std::iota(order.begin(), order.end(), 0);
  if (!flat.is_chain()) order = keras::order_of(flat);

  std::vector<KerasLayer::Weight> weights = {{"Adam/iter:0", {}, {static_cast<float>(adam.steps)}}};
  for (const char* kind : {"m", "v"}) {
    auto described = file.layers.end() - static_cast<std::ptrdiff_t>(order.size());
    for (const std::size_t i : order) {
      std::size_t slot = first[i];
      for (const auto& parameter : flat.layers[i].layer->parameters())
        if (parameter.trainable)
          weights.push_back({"Adam/" + described->name + '/' + parameter.name + '/' + kind + ":0",
                             member_shape(parameter), adam.slots.at(kind).at(slot++)});
      ++described;
    }
  }
  return weights;
}

KerasAdam read_adam(const KerasModel& file) {
  const json optimizer = setting(file.training_config, "optimizer_config", json());
  const std::string name = setting<std::string>(optimizer, "class_name", "");
  if (name != "Adam" && name != "Custom>Adam")
    throw Error(name.empty() ? "the file has no optimizer" : "its optimizer is " + name);
  const json config = setting(optimizer, "config", json::object());
  for (const char* key : {"amsgrad", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue",
                          "use_ema", "gradient_accumulation_steps"})
    if (const json set = setting(config, key, json()); !set.is_null() && set != false)
      throw Error("its Adam uses ", key);
  if (!setting(config, "learning_rate", json(0.0)).is_number())
    throw Error("its learning rate follows a schedule");

  const AdamOptions ours;
  if (setting(config, "beta_1", ours.beta1) != ours.beta1 ||
      setting(config, "beta_2", ours.beta2) != ours.beta2 ||
      setting(config, "epsilon", ours.epsilon) != ours.epsilon)
    throw Error("its Adam has another beta_1, beta_2 or epsilon than ours");

  KerasAdam adam{setting(config, "learning_rate", keras_learning_rate), {}};
  // The count of steps; in Keras 3 the learning rate; then m and v of one parameter after another,
  // or, up to Keras 2.10, all m before all v.
  std::vector<const KerasLayer::Weight*> means;
  for (const auto& weight : file.optimizer_weights)
    if (!weight.shape.empty()) means.push_back(&weight);
  const std::size_t scalars = file.optimizer_weights.size() - means.size(), n = means.size() / 2;
  if (scalars == 0 || means.empty() || means.size() % 2 != 0)
    throw Error("the file does not hold its Adam's state");
  const bool all_m_first = n > 1 && means[1]->name.ends_with("/m:0");
  adam.state.steps = static_cast<std::int64_t>(file.optimizer_weights[0].values[0]);
  if (scalars > 1) adam.learning_rate = file.optimizer_weights[1].values[0];
  for (std::size_t i = 0; i < n; ++i) {
    adam.state.slots["m"].push_back(means[all_m_first ? i : 2 * i]->values);
    adam.state.slots["v"].push_back(means[all_m_first ? n + i : 2 * i + 1]->values);
  }
  return adam;
}

}  // namespace

KerasAdam adam_of(const KerasModel& file) {
  try {
    return read_adam(file);
  } catch (const json::exception& problem) {
    throw Error("its training_config describes no Adam: ", problem.what());
  }
}

void describe_adam(KerasModel& file, const Model& model, const KerasAdam& adam) {
  file.training_config = training_config(adam.learning_rate);
  if (adam.state.steps > 0) file.optimizer_weights = optimizer_weights(file, model, adam.state);
}

std::optional<KerasAdam> known_adam(const KerasModel& file) {
  try {
    return adam_of(file);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace tutti
