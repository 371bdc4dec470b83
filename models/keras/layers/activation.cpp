#include "engine/layers/prelu.h"
#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {
namespace {

using nlohmann::json;
using Kind = ActivationFunction::Kind;

std::unique_ptr<Layer> as_layer(const Activation& activation) {
  return std::make_unique<ActivationLayer>(activation);
}

/// Keras 2 writes a list.
std::unique_ptr<Layer> read_softmax(const Described& d) {
  const json axis = setting(d.config, "axis", json(-1));
  if (axis != -1 && axis != json{-1})
    throw Error("axis ", axis.dump(), " is not supported; -1, the last, is");
  return as_layer(Activation::softmax);
}

/// With a slope below 0 it is a LeakyReLU.
std::unique_ptr<Layer> read_relu(const Described& d) {
  for (const char* key : {"max_value", "threshold"})
    if (setting(d.config, key, 0.0) != 0) throw Error(key, " is not supported");
  const double slope = setting(d.config, "negative_slope", 0.0);
  return slope == 0 ? as_layer(Activation::relu) : as_layer({{Kind::leaky_relu, slope}});
}

Kind kind_of(const ActivationLayer& layer) { return layer.activation().function.kind; }

}  // namespace

/// Functions of one number with a setting have a layer of their own in Keras.
std::vector<LayerClass> activation_classes() {
  return {
      LayerClass::of<ActivationLayer>(
          "Activation", [](const Described& d) { return as_layer(activation_of(d)); },
          [](const ActivationLayer& layer, Written& written) {
            if (kind_of(layer) == Kind::leaky_relu || kind_of(layer) == Kind::elu) return false;
            written.set_activation("activation", layer.activation());
            return true;
          }),
      {"Softmax", read_softmax, nullptr},
      {"ReLU", read_relu, nullptr},
      LayerClass::of<PReLU>(
          "PReLU",
          [](const Described& d) {
            const auto axes = setting(d.config, "shared_axes", json());
            return std::make_unique<PReLU>(axes.is_array() ? axes.get<std::vector<std::int64_t>>()
                                                           : std::vector<std::int64_t>{});
          },
          [](const PReLU& layer, Written& written) {
            const auto& axes = layer.shared_axes();
            written.set({{"alpha_initializer", class_and_config("Zeros", json::object())},
                         {"alpha_regularizer", nullptr},
                         {"alpha_constraint", nullptr},
                         {"shared_axes", axes.empty() ? json() : json(axes)}});
            return true;
          }),
      LayerClass::of<ActivationLayer>(
          "LeakyReLU",
          [](const Described& d) {  // Keras 3 calls it negative_slope
            const double slope =
                setting(d.config, "negative_slope", setting(d.config, "alpha", 0.3));
            return as_layer({{Kind::leaky_relu, slope}});
          },
          [](const ActivationLayer& layer, Written& written) {
            written.set({{"alpha", layer.activation().function.alpha}});
            return kind_of(layer) == Kind::leaky_relu;
          }),
      LayerClass::of<ActivationLayer>(
          "ELU",
          [](const Described& d) {
            return as_layer({{Kind::elu, setting(d.config, "alpha", 1.0)}});
          },
          [](const ActivationLayer& layer, Written& written) {
            written.set({{"alpha", layer.activation().function.alpha}});
            return kind_of(layer) == Kind::elu;
          }),
  };
}

}  // namespace tutti::keras
