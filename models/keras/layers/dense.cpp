#include "engine/layers/dense.h"

#include "engine/layers/batch_normalization.h"
#include "engine/layers/dropout.h"
#include "engine/layers/rescaling.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

double l2_of(const json& config) {
  const auto found = config.find("kernel_regularizer");
  if (found == config.end() || found->is_null()) return 0;
  return setting(found->value("config", json::object()), "l2", 0.0);
}

std::unique_ptr<Layer> read_dense(const Described& d) {
  return std::make_unique<Dense>(Dense::Options{.units = length_of(d.config.at("units"), "units"),
                                                .activation = activation_of(d),
                                                .l2 = l2_of(d.config),
                                                .use_bias = setting(d.config, "use_bias", true)});
}

bool write_dense(const Dense& layer, Written& written) {
  const auto& o = layer.options();
  written.set({{"units", o.units}});
  written.set(weight_settings(o.use_bias, o.l2));
  written.set_activation("activation", o.activation);
  return true;
}

/// Keras 2 writes it as a list.
std::int64_t last_axis(const json& config) {
  const json axis = setting(config, "axis", json(-1));
  return axis.is_array() ? axis.at(0) : axis;
}

std::unique_ptr<Layer> read_batch_normalization(const Described& d) {
  return std::make_unique<BatchNormalization>(
      BatchNormalization::Options{.momentum = setting(d.config, "momentum", 0.99),
                                  .epsilon = setting(d.config, "epsilon", 1e-3),
                                  .center = setting(d.config, "center", true),
                                  .scale = setting(d.config, "scale", true),
                                  .axis = last_axis(d.config)});
}

bool write_batch_normalization(const BatchNormalization& layer, Written& written) {
  const auto& o = layer.options();
  written.set({{"axis", -1},
               {"momentum", o.momentum},
               {"epsilon", o.epsilon},
               {"center", o.center},
               {"scale", o.scale},
               {"beta_initializer", class_and_config("Zeros", json::object())},
               {"gamma_initializer", class_and_config("Ones", json::object())},
               {"moving_mean_initializer", class_and_config("Zeros", json::object())},
               {"moving_variance_initializer", class_and_config("Ones", json::object())},
               {"beta_regularizer", nullptr},
               {"gamma_regularizer", nullptr},
               {"beta_constraint", nullptr},
               {"gamma_constraint", nullptr}});
  return true;
}

std::unique_ptr<Layer> read_dropout(const Described& d) {
  return std::make_unique<Dropout>(d.config.at("rate").get<double>());
}

bool write_dropout(const Dropout& layer, Written& written) {
  written.set({{"rate", layer.rate()}, {"noise_shape", nullptr}, {"seed", nullptr}});
  return true;
}

std::unique_ptr<Layer> read_rescaling(const Described& d) {
  return std::make_unique<Rescaling>(d.config.at("scale").get<double>(),
                                     setting(d.config, "offset", 0.0));
}

bool write_rescaling(const Rescaling& layer, Written& written) {
  written.set({{"scale", layer.scale()}, {"offset", layer.offset()}});
  return true;
}

}  // namespace

std::vector<LayerClass> dense_classes() {
  return {LayerClass::of<Dense>("Dense", read_dense, write_dense),
          LayerClass::of<BatchNormalization>("BatchNormalization", read_batch_normalization,
                                             write_batch_normalization),
          LayerClass::of<Dropout>("Dropout", read_dropout, write_dropout),
          LayerClass::of<Rescaling>("Rescaling", read_rescaling, write_rescaling)};
}

}  // namespace tutti::keras
