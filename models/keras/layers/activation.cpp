#include "models/keras/layers/table.h"

namespace tutti::keras {
namespace {

using Kind = ActivationFunction::Kind;

std::unique_ptr<Layer> as_layer(const Activation& activation) {
  return std::make_unique<ActivationLayer>(activation);
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
      {"Softmax", [](const Described&) { return as_layer(Activation::softmax); }, nullptr},
      {"ReLU", [](const Described&) { return as_layer(Activation::relu); }, nullptr},
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
