#include <algorithm>
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
#include "kernels/support/text.h"
#include "models/keras/layers.h"

namespace tutti {
namespace {

using nlohmann::json;

const char* name(Padding padding) { return padding == Padding::same ? "same" : "valid"; }

json class_and_config(const char* class_name, json config) {
  return {{"class_name", class_name}, {"config", std::move(config)}};
}

/// What every layer with a kernel and a bias says of them.
json weight_settings(double l2) {
  return {{"use_bias", true},
          {"kernel_initializer", class_and_config("GlorotUniform", {{"seed", nullptr}})},
          {"bias_initializer", class_and_config("Zeros", json::object())},
          {"kernel_regularizer", l2 == 0 ? json() : class_and_config("L2", {{"l2", l2}})},
          {"bias_regularizer", nullptr},
          {"activity_regularizer", nullptr},
          {"kernel_constraint", nullptr},
          {"bias_constraint", nullptr}};
}

json lengths(int dimensions, std::int64_t height, std::int64_t width) {
  return dimensions == 1 ? json{height} : json{height, width};
}

const char* name(const ActivationFunction& function) {
  using Kind = ActivationFunction::Kind;
  switch (function.kind) {
    case Kind::linear:
      return "linear";
    case Kind::relu:
      return "relu";
    case Kind::leaky_relu:
      return "leaky_relu";
    case Kind::elu:
      return "elu";
    case Kind::tanh:
      return "tanh";
    case Kind::sigmoid:
      return "sigmoid";
    case Kind::hard_sigmoid:
      return "hard_sigmoid";
  }
  return "?";
}

const char* name(const Activation& activation) {
  return activation.is_softmax ? "softmax" : name(activation.function);
}

json settings(const Conv2D::Options& o) {
  json config = {{"filters", o.filters},
                 {"kernel_size", lengths(o.dimensions, o.kernel_height, o.kernel_width)},
                 {"strides", lengths(o.dimensions, o.stride_height, o.stride_width)},
                 {"padding", name(o.padding)},
                 {"data_format", "channels_last"},
                 {"dilation_rate", lengths(o.dimensions, o.dilation_height, o.dilation_width)},
                 {"groups", 1},
                 {"activation", name(o.activation)}};
  config.update(weight_settings(0));
  config["use_bias"] = o.use_bias;
  return config;
}

json settings(const Dense::Options& o) {
  json config = {{"units", o.units}, {"activation", name(o.activation)}};
  config.update(weight_settings(o.l2));
  config["use_bias"] = o.use_bias;
  return config;
}

std::string numbered(const std::string& class_name, int dimensions) {
  return class_name + std::to_string(dimensions) + 'D';
}

std::pair<std::string, json> describe_pooling(const Pooling2D::Options& o) {
  const std::string kind = o.pooling == Pooling::max ? "MaxPooling" : "AveragePooling";
  if (!o.window)
    return {numbered("Global" + kind, o.dimensions),
            {{"data_format", "channels_last"}, {"keepdims", o.keepdims}}};
  return {numbered(kind, o.dimensions),
          {{"pool_size", lengths(o.dimensions, o.window->height, o.window->width)},
           {"strides", lengths(o.dimensions, o.window->stride_height, o.window->stride_width)},
           {"padding", name(o.window->padding)},
           {"data_format", "channels_last"}}};
}

std::pair<std::string, json> describe_padding(const ZeroPadding2D::Options& o) {
  const auto& [top, bottom, left, right] = o.padding;
  const json down = {top, bottom}, across = {left, right};
  return {numbered("ZeroPadding", o.dimensions),
          o.dimensions == 1 ? json{{"padding", down}}
                            : json{{"padding", {down, across}}, {"data_format", "channels_last"}}};
}

/// Functions of one number with a setting have a layer of their own in Keras.
std::pair<std::string, json> describe_activation(const Activation& activation) {
  const auto& [kind, alpha] = activation.function;
  if (kind == ActivationFunction::Kind::leaky_relu) return {"LeakyReLU", {{"alpha", alpha}}};
  if (kind == ActivationFunction::Kind::elu) return {"ELU", {{"alpha", alpha}}};
  return {"Activation", {{"activation", name(activation)}}};
}

json settings(const BatchNormalization::Options& o) {
  return {{"axis", -1},
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
          {"gamma_constraint", nullptr}};
}

/// What all recurrent layers say.
json recurrent_settings(const RecurrentOptions& o) {
  json config = {
      {"units", o.units},
      {"activation", name(o.functions.activation)},
      {"recurrent_initializer", class_and_config("Orthogonal", {{"gain", 1.0}, {"seed", nullptr}})},
      {"recurrent_regularizer", nullptr},
      {"recurrent_constraint", nullptr},
      {"dropout", o.dropout},
      {"recurrent_dropout", o.recurrent_dropout},
      {"return_sequences", o.return_sequences},
      {"return_state", false},
      {"go_backwards", false},
      {"stateful", false},
      {"unroll", false}};
  config.update(weight_settings(0));
  config["use_bias"] = o.use_bias;
  return config;
}

std::pair<std::string, json> describe_recurrent(const Recurrent& layer) {
  json config = recurrent_settings(layer.options());
  if (dynamic_cast<const SimpleRNN*>(&layer)) return {"SimpleRNN", config};
  config["recurrent_activation"] = name(layer.options().functions.recurrent_activation);
  if (const auto* gru = dynamic_cast<const GRU*>(&layer)) {
    config["reset_after"] = gru->reset_after();
    return {"GRU", config};
  }
  config["unit_forget_bias"] = true;
  return {"LSTM", config};
}

/// The class of a layer in Keras and the settings of its own.
std::pair<std::string, json> describe(const Layer& layer) {
  if (const auto* conv = dynamic_cast<const Conv2D*>(&layer))
    return {numbered("Conv", conv->options().dimensions), settings(conv->options())};
  if (const auto* pool = dynamic_cast<const Pooling2D*>(&layer))
    return describe_pooling(pool->options());
  if (const auto* padding = dynamic_cast<const ZeroPadding2D*>(&layer))
    return describe_padding(padding->options());
  if (const auto* norm = dynamic_cast<const BatchNormalization*>(&layer))
    return {"BatchNormalization", settings(norm->options())};
  if (const auto* activation = dynamic_cast<const ActivationLayer*>(&layer))
    return describe_activation(activation->activation());
  if (const auto* reshape = dynamic_cast<const Reshape*>(&layer))
    return {"Reshape", {{"target_shape", reshape->target()}}};
  if (const auto* dense = dynamic_cast<const Dense*>(&layer))
    return {"Dense", settings(dense->options())};
  if (const auto* recurrent = dynamic_cast<const Recurrent*>(&layer))
    return describe_recurrent(*recurrent);
  if (const auto* dropout = dynamic_cast<const Dropout*>(&layer))
    return {"Dropout", {{"rate", dropout->rate()}, {"noise_shape", nullptr}, {"seed", nullptr}}};
  if (const auto* rescaling = dynamic_cast<const Rescaling*>(&layer))
    return {"Rescaling", {{"scale", rescaling->scale()}, {"offset", rescaling->offset()}}};
  if (dynamic_cast<const Flatten*>(&layer)) return {"Flatten", {{"data_format", "channels_last"}}};
  throw Error("this kind of layer cannot be written as a Keras file");
}

std::vector<ActivationFunction> functions_of(const Layer& layer) {
  if (const auto* conv = dynamic_cast<const Conv2D*>(&layer))
    return {conv->options().activation.function};
  if (const auto* dense = dynamic_cast<const Dense*>(&layer))
    return {dense->options().activation.function};
  if (const auto* recurrent = dynamic_cast<const Recurrent*>(&layer))
    return {recurrent->options().functions.activation,
            recurrent->options().functions.recurrent_activation};
  if (const auto* activation = dynamic_cast<const ActivationLayer*>(&layer))
    return {activation->activation().function};
  return {};
}

/// Whether a layer has the hard_sigmoid of Keras 3: files of Keras 2 mean another.
bool has_new_hard_sigmoid(const Layer& layer) {
  const auto functions = functions_of(layer);
  const ActivationFunction since_3{ActivationFunction::Kind::hard_sigmoid, 1.0 / 6};
  return std::find(functions.begin(), functions.end(), since_3) != functions.end();
}

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

}  // namespace

KerasModel to_keras(const Model& model, std::int64_t member, const KerasAdam& adam) {
  KerasModel file;

  json batch_input_shape = {nullptr};
  for (const auto length : model.input_shape()) batch_input_shape.push_back(length);
  file.layers.push_back({"InputLayer",
                         "input_1",
                         {{"batch_input_shape", batch_input_shape},
                          {"dtype", "float32"},
                          {"sparse", false},
                          {"ragged", false},
                          {"name", "input_1"}},
                         {}});
  Names names;
  for (const auto& [child_name, layer] : model.children()) {
    if (has_new_hard_sigmoid(*layer)) file.keras_version = "3.0.0";
    auto [class_name, config] = describe(*layer);
    const std::string layer_name = names.next(class_name);
    config.update({{"name", layer_name}, {"trainable", layer->trainable()}, {"dtype", "float32"}});
    KerasLayer described{class_name, layer_name, config, {}};
    for (const auto& parameter : layer->parameters())
      described.weights.push_back({parameter.name, member_shape(parameter),
                                   parameter.variable.value().slice(member, 1).to_vector<float>()});
    file.layers.push_back(std::move(described));
  }
  describe_adam(file, model, adam);
  return file;
}

}  // namespace tutti
