#include <array>

#include "engine/error.h"
#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/dropout.h"
#include "engine/layers/flatten.h"
#include "engine/layers/lstm.h"
#include "engine/layers/max_pooling2d.h"
#include "engine/layers/simple_rnn.h"
#include "models/keras_axes.h"
#include "models/keras_layers.h"

namespace tutti {
namespace {

using nlohmann::json;

template <class T>
T setting(const json& config, const char* key, T fallback) {
  const auto found = config.find(key);
  return found == config.end() || found->is_null() ? fallback : found->get<T>();
}

/// [a, b] in the file's axes as {time, frequency}.
std::array<std::int64_t, 2> pair_of(const json& config, const char* key,
                                    std::array<std::int64_t, 2> fallback) {
  const auto pair = setting(config, key, fallback);
  return {pair[1], pair[0]};
}

Padding padding_of(const json& config) {
  const auto padding = setting<std::string>(config, "padding", "valid");
  if (padding == "valid") return Padding::valid;
  if (padding == "same") return Padding::same;
  throw Error("padding '", padding, "' is not supported; valid and same are");
}

Activation activation_of(const json& config) {
  const auto activation = setting<std::string>(config, "activation", "linear");
  for (const auto known : {Activation::linear, Activation::relu, Activation::softmax})
    if (activation == name(known)) return known;
  throw Error("activation '", activation, "' is not supported; linear, relu and softmax are");
}

double l2_of(const json& config) {
  const auto found = config.find("kernel_regularizer");
  if (found == config.end() || found->is_null()) return 0;
  return setting(found->value("config", json::object()), "l2", 0.0);
}

/// An Error if a recurrent layer is set to what this engine's is not.
void expect_plain_recurrent(const json& config) {
  for (const char* key : {"go_backwards", "stateful", "return_state"})
    if (setting(config, key, false)) throw Error(key, " is not supported");
  if (setting<std::string>(config, "activation", "tanh") != "tanh" ||
      setting<std::string>(config, "recurrent_activation", "sigmoid") != "sigmoid" ||
      !setting(config, "use_bias", true) || setting(config, "dropout", 0.0) != 0 ||
      setting(config, "recurrent_dropout", 0.0) != 0)
    throw Error("only tanh, sigmoid gates, a bias and no dropout within are supported");
}

std::unique_ptr<Layer> read_layer(const std::string& class_name, const json& config) {
  if (class_name == "Conv2D") {
    if (pair_of(config, "dilation_rate", {1, 1}) != std::array<std::int64_t, 2>{1, 1} ||
        setting(config, "groups", 1) != 1 || !setting(config, "use_bias", true))
      throw Error("dilation, groups and a missing bias are not supported");
    const auto kernel = pair_of(config, "kernel_size", {0, 0}),
               strides = pair_of(config, "strides", {1, 1});
    return std::make_unique<Conv2D>(Conv2D::Options{.filters = config.at("filters"),
                                                    .kernel_height = kernel[0],
                                                    .kernel_width = kernel[1],
                                                    .stride_height = strides[0],
                                                    .stride_width = strides[1],
                                                    .padding = padding_of(config),
                                                    .activation = activation_of(config)});
  }
  if (class_name == "MaxPooling2D") {
    const auto pool = pair_of(config, "pool_size", {2, 2});
    const auto strides = pair_of(config, "strides", {pool[1], pool[0]});
    return std::make_unique<MaxPooling2D>(
        Pool2dOptions{pool[0], pool[1], strides[0], strides[1], padding_of(config)});
  }
  if (class_name == "Dense") {
    if (!setting(config, "use_bias", true)) throw Error("a missing bias is not supported");
    return std::make_unique<Dense>(Dense::Options{
        .units = config.at("units"), .activation = activation_of(config), .l2 = l2_of(config)});
  }
  if (class_name == "LSTM" || class_name == "SimpleRNN") {
    expect_plain_recurrent(config);
    const std::int64_t units = config.at("units");
    const bool sequences = setting(config, "return_sequences", false);
    if (class_name == "LSTM") return std::make_unique<LSTM>(LSTM::Options{units, sequences});
    return std::make_unique<SimpleRNN>(SimpleRNN::Options{units, sequences});
  }
  if (class_name == "Dropout") return std::make_unique<Dropout>(config.at("rate").get<double>());
  if (class_name == "Flatten") return std::make_unique<Flatten>();
  throw Error(
      "not supported; Conv2D, MaxPooling2D, Dense, Dropout, Flatten, LSTM, SimpleRNN and Rescaling "
      "are");
}

/// The shape without the batch, from the file's first layer: Keras 2 and 3 spell it differently.
Shape input_shape(const KerasModel& file) {
  for (const char* key : {"batch_input_shape", "batch_shape"}) {
    if (file.layers.empty() || !file.layers[0].config.contains(key)) continue;
    Shape shape;
    for (const auto& length : file.layers[0].config[key])
      shape.push_back(length.is_null() ? -1 : length.get<std::int64_t>());
    if (shape.size() < 2) break;
    shape.erase(shape.begin());
    for (const auto length : shape)
      if (length < 1) throw Error("its input shape ", shape, " leaves a length open");
    return exchanged(shape);
  }
  throw Error("it does not say its input shape (batch_input_shape of the first layer)");
}

}  // namespace

Sequential from_keras(const KerasModel& file) {
  Sequential model(Input{input_shape(file)});
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    const auto& [class_name, layer_name, config, weights] = file.layers[i];
    try {
      if (class_name == "InputLayer" && i == 0) continue;
      if (class_name == "Rescaling" && model.layers().empty())
        model.set_scale(config.at("scale"), setting(config, "offset", 0.0));
      else
        model.add(read_layer(class_name, config));
    } catch (const std::exception& problem) {  // also what the JSON library says of a wrong type
      throw Error("layer ", i + 1, " (", class_name, " '", layer_name, "'): ", problem.what());
    }
  }
  if (model.layers().empty()) throw Error("it has no layers");
  return model;
}

void set_weights(Sequential& model, std::int64_t member, const KerasModel& file) {
  expect_exchangeable(model);
  std::vector<std::pair<const KerasLayer*, const KerasLayer::Weight*>> weights;
  for (const auto& layer : file.layers)
    for (const auto& weight : layer.weights) weights.emplace_back(&layer, &weight);
  const auto parameters = model.parameters();
  if (weights.size() != parameters.size())
    throw Error("it holds ", weights.size(), " weights where the model has ", parameters.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto& [layer, weight] = weights[i];
    const Shape shape = exchanged(member_shape(parameters[i]));  // as the file has it
    if (weight->shape != shape)
      throw Error("layer '", layer->name, "': ", weight->name, " is ", weight->shape,
                  " where the model has ", shape);
    const auto values = exchanged(weight->values, weight->shape);
    parameters[i].variable.value().slice(member, 1).copy_from(
        values.data(), static_cast<std::int64_t>(values.size()));
  }
}

}  // namespace tutti
