#include "engine/layers/recurrent.h"

#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

ActivationFunction function_of(const Described& d, const char* key, const char* usual) {
  const auto name = setting<std::string>(d.config, key, usual);
  const Activation activation = activation_named(name, d.file);
  if (activation.is_softmax || activation.function.has_derivative_from_input())
    throw Error(key, " '", name, "' is not supported in a recurrent layer");
  return activation.function;
}

RecurrentOptions options_of(const Described& d) {
  for (const char* key : {"stateful", "return_state", "time_major"})
    if (setting(d.config, key, false)) throw Error(key, " is not supported");
  return {.units = length_of(d.config.at("units"), "units"),
          .return_sequences = setting(d.config, "return_sequences", false),
          .functions = {function_of(d, "activation", "tanh"),
                        function_of(d, "recurrent_activation", "sigmoid")},
          .use_bias = setting(d.config, "use_bias", true),
          .dropout = setting(d.config, "dropout", 0.0),
          .recurrent_dropout = setting(d.config, "recurrent_dropout", 0.0),
          .go_backwards = setting(d.config, "go_backwards", false)};
}

/// What all recurrent layers say.
bool write_recurrent(const Recurrent& layer, Written& written) {
  const RecurrentOptions& o = layer.options();
  written.set({{"units", o.units},
               {"recurrent_initializer",
                class_and_config("Orthogonal", {{"gain", 1.0}, {"seed", nullptr}})},
               {"recurrent_regularizer", nullptr},
               {"recurrent_constraint", nullptr},
               {"dropout", o.dropout},
               {"recurrent_dropout", o.recurrent_dropout},
               {"return_sequences", o.return_sequences},
               {"return_state", false},
               {"go_backwards", o.go_backwards},
               {"stateful", false},
               {"unroll", false}});
  written.set(weight_settings(o.use_bias));
  written.set_activation("activation", {o.functions.activation});
  return true;
}

bool write_gated(const Recurrent& layer, Written& written) {
  written.set_activation("recurrent_activation", {layer.options().functions.recurrent_activation});
  return write_recurrent(layer, written);
}

/// Files of before Keras 2.2 do not say reset_after, and it was not.
std::unique_ptr<Layer> read_gru(const Described& d) {
  return std::make_unique<GRU>(options_of(d), setting(d.config, "reset_after", false));
}

}  // namespace

std::vector<LayerClass> recurrent_classes() {
  return {
      LayerClass::of<SimpleRNN>(
          "SimpleRNN",
          [](const Described& d) { return std::make_unique<SimpleRNN>(options_of(d)); },
          write_recurrent),
      LayerClass::of<LSTM>(
          "LSTM", [](const Described& d) { return std::make_unique<LSTM>(options_of(d)); },
          [](const LSTM& layer, Written& written) {
            written.set({{"unit_forget_bias", true}});
            return write_gated(layer, written);
          }),
      LayerClass::of<GRU>("GRU", read_gru,
                          [](const GRU& layer, Written& written) {
                            written.set({{"reset_after", layer.reset_after()}});
                            return write_gated(layer, written);
                          }),
  };
}

}  // namespace tutti::keras
