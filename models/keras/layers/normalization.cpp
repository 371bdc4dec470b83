#include "engine/layers/normalization/normalization.h"

#include "engine/layers/normalization/batch_normalization.h"
#include "engine/layers/normalization/layer_normalization.h"
#include "engine/layers/rescaling.h"
#include "engine/layers/wrappers/channels_at.h"
#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

/// One axis or a list of them; `usual` where nothing is said. null is none.
std::vector<std::int64_t> axes_of(const json& config) {
  if (!config.contains("axis")) return {-1};
  const json& axis = config.at("axis");
  if (axis.is_null()) return {};
  if (axis.is_array()) return axis.get<std::vector<std::int64_t>>();
  return {axis.get<std::int64_t>()};
}

std::vector<double> numbers(const json& value) {
  std::vector<double> all;
  if (value.is_number()) all.push_back(value.get<double>());
  for (const auto& part : value.is_array() ? value : json::array())
    for (const double number : numbers(part)) all.push_back(number);
  return all;
}

json weights_of_norm() {
  return {{"beta_initializer", class_and_config("Zeros", json::object())},
          {"gamma_initializer", class_and_config("Ones", json::object())},
          {"beta_regularizer", nullptr},
          {"gamma_regularizer", nullptr},
          {"beta_constraint", nullptr},
          {"gamma_constraint", nullptr}};
}

std::unique_ptr<Layer> read_batch_normalization(const Described& d) {
  const auto axes = axes_of(d.config);
  if (axes.size() != 1) throw Error("axis is ", d.config.at("axis").dump(), ", not one axis");
  auto norm = std::make_unique<BatchNormalization>(
      BatchNormalization::Options{.momentum = setting(d.config, "momentum", 0.99),
                                  .epsilon = setting(d.config, "epsilon", 1e-3),
                                  .center = setting(d.config, "center", true),
                                  .scale = setting(d.config, "scale", true)});
  if (axes[0] == -1) return norm;
  return std::make_unique<ChannelsAt>(axes[0], std::move(norm));
}

bool write_batch_normalization(const BatchNormalization& layer, Written& written) {
  const auto& o = layer.options();
  written.set({{"axis", -1},
               {"momentum", o.momentum},
               {"epsilon", o.epsilon},
               {"center", o.center},
               {"scale", o.scale},
               {"moving_mean_initializer", class_and_config("Zeros", json::object())},
               {"moving_variance_initializer", class_and_config("Ones", json::object())}});
  written.set(weights_of_norm());
  return true;
}

std::unique_ptr<Layer> read_layer_normalization(const Described& d) {
  if (setting(d.config, "rms_scaling", false)) throw Error("rms_scaling is not supported");
  return std::make_unique<LayerNormalization>(
      LayerNormalization::Options{.axes = axes_of(d.config),
                                  .epsilon = setting(d.config, "epsilon", 1e-3),
                                  .center = setting(d.config, "center", true),
                                  .scale = setting(d.config, "scale", true)});
}

bool write_layer_normalization(const LayerNormalization& layer, Written& written) {
  const auto& o = layer.options();
  written.set({{"axis", o.axes}, {"epsilon", o.epsilon}, {"center", o.center}, {"scale", o.scale}});
  written.set(weights_of_norm());
  return true;
}

std::unique_ptr<Layer> read_normalization(const Described& d) {
  const json mean = setting(d.config, "mean", json()),
             variance = setting(d.config, "variance", json());
  if (mean.is_null() != variance.is_null())
    throw Error("it is given one of mean and variance; both are needed");
  return std::make_unique<Normalization>(
      Normalization::Options{.axes = axes_of(d.config),
                             .inverted = setting(d.config, "invert", false),
                             .mean = numbers(mean),
                             .variance = numbers(variance)});
}

bool write_normalization(const Normalization& layer, Written& written) {
  const auto& o = layer.options();
  const auto list = [](const std::vector<double>& values) {
    return values.empty() ? json() : values.size() == 1 ? json(values[0]) : json(values);
  };
  written.set({{"axis", o.axes},
               {"invert", o.inverted},
               {"mean", list(o.mean)},
               {"variance", list(o.variance)}});
  return true;
}

std::unique_ptr<Layer> read_rescaling(const Described& d) {
  for (const char* key : {"scale", "offset"})
    if (setting(d.config, key, json()).is_array())
      throw Error(key, " is a list; one number is supported");
  return std::make_unique<Rescaling>(d.config.at("scale").get<double>(),
                                     setting(d.config, "offset", 0.0));
}

bool write_rescaling(const Rescaling& layer, Written& written) {
  written.set({{"scale", layer.scale()}, {"offset", layer.offset()}});
  return true;
}

}  // namespace

std::vector<LayerClass> normalization_classes() {
  return {LayerClass::of<BatchNormalization>("BatchNormalization", read_batch_normalization,
                                             write_batch_normalization),
          LayerClass::of<LayerNormalization>("LayerNormalization", read_layer_normalization,
                                             write_layer_normalization),
          LayerClass::of<Normalization>("Normalization", read_normalization, write_normalization),
          LayerClass::of<Rescaling>("Rescaling", read_rescaling, write_rescaling)};
}

}  // namespace tutti::keras
