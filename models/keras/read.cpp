#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "engine/layers/activation.h"
#include "engine/layers/batch_normalization.h"
#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/dropout.h"
#include "engine/layers/flatten.h"
#include "engine/layers/pooling2d.h"
#include "engine/layers/recurrent.h"
#include "engine/layers/rescaling.h"
#include "engine/layers/reshape.h"
#include "engine/layers/zero_padding2d.h"
#include "kernels/support/error.h"
#include "models/keras/layers.h"
#include "models/keras/settings.h"

namespace tutti {
namespace {

using nlohmann::json;

constexpr std::int64_t longest = 1ll << 31;

/// A length of at least `least`, and such that sums and products of two are still numbers.
std::int64_t length_of(const json& value, const char* key, std::int64_t least = 1) {
  const auto length = value.get<std::int64_t>();
  if (length < least || length > longest)
    throw Error(key, " is ", length, ", not ", least, " to ", longest);
  return length;
}

/// A length, or a list of as many as the layer has dimensions: along height and width.
std::array<std::int64_t, 2> lengths(const json& config, const char* key, int dimensions,
                                    std::array<std::int64_t, 2> fallback) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return fallback;
  if (found->is_number()) {
    const auto length = length_of(*found, key);
    return {length, dimensions == 1 ? 1 : length};
  }
  if (found->size() != static_cast<std::size_t>(dimensions))
    throw Error(key, " is ", found->dump(), ", not ", dimensions, " lengths");
  return {length_of((*found)[0], key), dimensions == 1 ? 1 : length_of((*found)[1], key)};
}

void expect_channels_last(const json& config) {
  if (setting<std::string>(config, "data_format", "channels_last") != "channels_last")
    throw Error("data_format must be channels_last");
}

Padding padding_of(const json& config) {
  const auto padding = setting<std::string>(config, "padding", "valid");
  if (padding == "valid") return Padding::valid;
  if (padding == "same") return Padding::same;
  throw Error("padding '", padding, "' is not supported; valid and same are");
}

using Kind = ActivationFunction::Kind;

/// Up to Keras 2, hard_sigmoid rose by 0.2; since, by 1 / 6.
double hard_sigmoid_slope(const KerasModel& file) { return keras_major(file) < 3 ? 0.2 : 1.0 / 6; }

Activation activation_named(const std::string& name, const KerasModel& file) {
  if (name == "linear") return Activation::linear;
  if (name == "softmax") return Activation::softmax;
  if (name == "hard_sigmoid") return {{Kind::hard_sigmoid, hard_sigmoid_slope(file)}};
  const std::map<std::string, ActivationFunction> known = {{"relu", {Kind::relu}},
                                                           {"leaky_relu", {Kind::leaky_relu, 0.2}},
                                                           {"elu", {Kind::elu, 1}},
                                                           {"tanh", {Kind::tanh}},
                                                           {"sigmoid", {Kind::sigmoid}}};
  const auto found = known.find(name);
  if (found == known.end())
    throw Error(
        "activation '", name,
        "' is not supported; linear, relu, leaky_relu, elu, tanh, sigmoid, hard_sigmoid and "
        "softmax are");
  return {found->second};
}

Activation activation_of(const json& config, const KerasModel& file) {
  return activation_named(setting<std::string>(config, "activation", "linear"), file);
}

double l2_of(const json& config) {
  const auto found = config.find("kernel_regularizer");
  if (found == config.end() || found->is_null()) return 0;
  return setting(found->value("config", json::object()), "l2", 0.0);
}

/// What a layer's reader is given: its settings, the file for its version, and whether it is for
/// one or two spatial dimensions.
struct Described {
  const json& config;
  const KerasModel& file;
  int dimensions;
};

std::unique_ptr<Layer> read_conv(const Described& d) {
  const json& config = d.config;
  expect_channels_last(config);
  if (setting(config, "groups", 1) != 1) throw Error("groups are not supported");
  const auto kernel = lengths(config, "kernel_size", d.dimensions, {0, 0}),
             strides = lengths(config, "strides", d.dimensions, {1, 1}),
             dilation = lengths(config, "dilation_rate", d.dimensions, {1, 1});
  return std::make_unique<Conv2D>(
      Conv2D::Options{.filters = length_of(config.at("filters"), "filters"),
                      .kernel_height = kernel[0],
                      .kernel_width = kernel[1],
                      .stride_height = strides[0],
                      .stride_width = strides[1],
                      .padding = padding_of(config),
                      .activation = activation_of(config, d.file),
                      .dilation_height = dilation[0],
                      .dilation_width = dilation[1],
                      .dimensions = d.dimensions,
                      .use_bias = setting(config, "use_bias", true)});
}

std::unique_ptr<Layer> read_pooling(const Described& d, Pooling pooling) {
  expect_channels_last(d.config);
  const auto pool = lengths(
      d.config, "pool_size", d.dimensions,
      d.dimensions == 1 ? std::array<std::int64_t, 2>{2, 1} : std::array<std::int64_t, 2>{2, 2});
  const auto strides = lengths(d.config, "strides", d.dimensions, pool);
  return std::make_unique<Pooling2D>(Pooling2D::Options{
      .pooling = pooling,
      .window = Pool2dOptions{pool[0], pool[1], strides[0], strides[1], padding_of(d.config)},
      .dimensions = d.dimensions});
}

std::unique_ptr<Layer> read_global_pooling(const Described& d, Pooling pooling) {
  expect_channels_last(d.config);
  return std::make_unique<Pooling2D>(
      Pooling2D::Options{.pooling = pooling,
                         .dimensions = d.dimensions,
                         .keepdims = setting(d.config, "keepdims", false)});
}

std::unique_ptr<Layer> read_zero_padding(const Described& d) {
  expect_channels_last(d.config);
  const json& padding = d.config.at("padding");
  Pad2dOptions pad{};
  const auto sides = [](const json& one) {
    const auto before = length_of(one.is_number() ? one : one.at(0), "padding", 0);
    return std::array{before, one.is_number() ? before : length_of(one.at(1), "padding", 0)};
  };
  const auto down = sides(d.dimensions == 1 || padding.is_number() ? padding : padding.at(0));
  pad.top = down[0], pad.bottom = down[1];
  if (d.dimensions == 2) {
    const auto across = sides(padding.is_number() ? padding : padding.at(1));
    pad.left = across[0], pad.right = across[1];
  }
  return std::make_unique<ZeroPadding2D>(ZeroPadding2D::Options{pad, d.dimensions});
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

ActivationFunction recurrent_function(const Described& d, const char* key, const char* usual) {
  const auto name = setting<std::string>(d.config, key, usual);
  const Activation activation = activation_named(name, d.file);
  if (activation.is_softmax) throw Error(key, " 'softmax' is not supported in a recurrent layer");
  return activation.function;
}

RecurrentOptions recurrent_options(const Described& d) {
  for (const char* key : {"go_backwards", "stateful", "return_state", "time_major"})
    if (setting(d.config, key, false)) throw Error(key, " is not supported");
  return {.units = length_of(d.config.at("units"), "units"),
          .return_sequences = setting(d.config, "return_sequences", false),
          .functions = {recurrent_function(d, "activation", "tanh"),
                        recurrent_function(d, "recurrent_activation", "sigmoid")},
          .use_bias = setting(d.config, "use_bias", true),
          .dropout = setting(d.config, "dropout", 0.0),
          .recurrent_dropout = setting(d.config, "recurrent_dropout", 0.0)};
}

/// Files of before Keras 2.2 do not say reset_after, and it was not.
std::unique_ptr<Layer> read_gru(const Described& d) {
  return std::make_unique<GRU>(recurrent_options(d), setting(d.config, "reset_after", false));
}

std::unique_ptr<Layer> as_layer(const Activation& activation) {
  return std::make_unique<ActivationLayer>(activation);
}

Shape target_shape(const json& config) {
  Shape shape;
  for (const auto& length : config.at("target_shape"))
    shape.push_back(length == -1 ? -1 : length_of(length, "target_shape"));
  if (std::count(shape.begin(), shape.end(), -1) > 1)
    throw Error("target_shape leaves more than one length open: ", shape);
  return shape;
}

/// By Keras' names; ND in a name stands for 1D and 2D.
const std::map<std::string, std::function<std::unique_ptr<Layer>(const Described&)>>& readers() {
  static const std::map<std::string, std::function<std::unique_ptr<Layer>(const Described&)>> all =
      {
          {"ConvND", read_conv},
          {"MaxPoolingND", [](const auto& d) { return read_pooling(d, Pooling::max); }},
          {"AveragePoolingND", [](const auto& d) { return read_pooling(d, Pooling::average); }},
          {"GlobalMaxPoolingND",
           [](const auto& d) { return read_global_pooling(d, Pooling::max); }},
          {"GlobalAveragePoolingND",
           [](const auto& d) { return read_global_pooling(d, Pooling::average); }},
          {"ZeroPaddingND", read_zero_padding},
          {"BatchNormalization", read_batch_normalization},
          {"LSTM", [](const auto& d) { return std::make_unique<LSTM>(recurrent_options(d)); }},
          {"GRU", read_gru},
          {"SimpleRNN",
           [](const auto& d) { return std::make_unique<SimpleRNN>(recurrent_options(d)); }},
          {"Dense",
           [](const auto& d) {
             return std::make_unique<Dense>(
                 Dense::Options{.units = length_of(d.config.at("units"), "units"),
                                .activation = activation_of(d.config, d.file),
                                .l2 = l2_of(d.config),
                                .use_bias = setting(d.config, "use_bias", true)});
           }},
          {"Dropout",
           [](const auto& d) {
             return std::make_unique<Dropout>(d.config.at("rate").template get<double>());
           }},
          {"Flatten", [](const auto&) { return std::make_unique<Flatten>(); }},
          {"Rescaling",
           [](const auto& d) {
             return std::make_unique<Rescaling>(d.config.at("scale").template get<double>(),
                                                setting(d.config, "offset", 0.0));
           }},
          {"Reshape",
           [](const auto& d) { return std::make_unique<Reshape>(target_shape(d.config)); }},
          {"Activation", [](const auto& d) { return as_layer(activation_of(d.config, d.file)); }},
          {"Softmax", [](const auto&) { return as_layer(Activation::softmax); }},
          {"ReLU", [](const auto&) { return as_layer(Activation::relu); }},
          {"LeakyReLU",
           [](const auto& d) {  // Keras 3 calls it negative_slope
             const double slope =
                 setting(d.config, "negative_slope", setting(d.config, "alpha", 0.3));
             return as_layer({{Kind::leaky_relu, slope}});
           }},
          {"ELU",
           [](const auto& d) {
             return as_layer({{Kind::elu, setting(d.config, "alpha", 1.0)}});
           }},
      };
  return all;
}

std::unique_ptr<Layer> read_layer(const KerasLayer& layer, const KerasModel& file) {
  std::string name = layer.class_name;
  int dimensions = 2;
  if (name.ends_with("1D") || name.ends_with("2D")) {
    dimensions = name[name.size() - 2] - '0';
    name[name.size() - 2] = 'N';
  }
  const auto found = readers().find(name);
  if (found != readers().end()) {
    auto read = found->second({layer.config, file, dimensions});
    read->set_trainable(setting(layer.config, "trainable", true));
    return read;
  }
  std::string supported;
  for (const auto& [known, reader] : readers()) supported += known + ", ";
  throw Error("not supported; ", supported, "and InputLayer are (N is 1 or 2)");
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
      if (length < 1 || length > longest)
        throw Error("its input shape ", shape, " leaves a length open");
    return shape;
  }
  throw Error("it does not say its input shape (batch_input_shape of the first layer)");
}

Shape input_of(const KerasModel& file) {
  try {
    return input_shape(file);
  } catch (const json::exception& problem) {
    throw Error("its input shape is none: ", problem.what());
  }
}

}  // namespace

Model from_keras(const KerasModel& file) {
  Sequential model(input_of(file));
  for (std::size_t i = 0; i < file.layers.size(); ++i) {
    const auto& [class_name, layer_name, config, weights] = file.layers[i];
    try {
      if (class_name == "InputLayer" && i == 0) continue;
      model.add(read_layer(file.layers[i], file));
    } catch (const std::exception& problem) {  // also what the JSON library says of a wrong type
      throw Error("layer ", i + 1, " (", class_name, " '", layer_name, "'): ", problem.what());
    }
  }
  if (model.children().empty()) throw Error("it has no layers");
  return model;
}

}  // namespace tutti
