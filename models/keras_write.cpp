#include <map>

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

json settings(const Conv2D::Options& o) {
  json config = {{"filters", o.filters},
                 {"kernel_size", {o.kernel_width, o.kernel_height}},
                 {"strides", {o.stride_width, o.stride_height}},
                 {"padding", name(o.padding)},
                 {"data_format", "channels_last"},
                 {"dilation_rate", {1, 1}},
                 {"groups", 1},
                 {"activation", name(o.activation)}};
  config.update(weight_settings(0));
  return config;
}

json settings(const Dense::Options& o) {
  json config = {{"units", o.units}, {"activation", name(o.activation)}};
  config.update(weight_settings(o.l2));
  return config;
}

json settings(const Pool2dOptions& o) {
  return {{"pool_size", {o.width, o.height}},
          {"strides", {o.stride_width, o.stride_height}},
          {"padding", name(o.padding)},
          {"data_format", "channels_last"}};
}

/// What LSTM and SimpleRNN say alike.
json recurrent_settings(std::int64_t units, bool return_sequences) {
  json config = {
      {"units", units},
      {"activation", "tanh"},
      {"recurrent_initializer", class_and_config("Orthogonal", {{"gain", 1.0}, {"seed", nullptr}})},
      {"recurrent_regularizer", nullptr},
      {"recurrent_constraint", nullptr},
      {"dropout", 0.0},
      {"recurrent_dropout", 0.0},
      {"return_sequences", return_sequences},
      {"return_state", false},
      {"go_backwards", false},
      {"stateful", false},
      {"unroll", false}};
  config.update(weight_settings(0));
  return config;
}

json settings(const LSTM::Options& o) {
  json config = recurrent_settings(o.units, o.return_sequences);
  config.update({{"recurrent_activation", "sigmoid"}, {"unit_forget_bias", true}});
  return config;
}

json settings(const SimpleRNN::Options& o) {
  return recurrent_settings(o.units, o.return_sequences);
}

/// The class of a layer in Keras and the settings of its own.
std::pair<std::string, json> describe(const Layer& layer) {
  if (const auto* conv = dynamic_cast<const Conv2D*>(&layer))
    return {"Conv2D", settings(conv->options())};
  if (const auto* pool = dynamic_cast<const MaxPooling2D*>(&layer))
    return {"MaxPooling2D", settings(pool->options())};
  if (const auto* dense = dynamic_cast<const Dense*>(&layer))
    return {"Dense", settings(dense->options())};
  if (const auto* lstm = dynamic_cast<const LSTM*>(&layer))
    return {"LSTM", settings(lstm->options())};
  if (const auto* rnn = dynamic_cast<const SimpleRNN*>(&layer))
    return {"SimpleRNN", settings(rnn->options())};
  if (const auto* dropout = dynamic_cast<const Dropout*>(&layer))
    return {"Dropout", {{"rate", dropout->rate()}, {"noise_shape", nullptr}, {"seed", nullptr}}};
  if (dynamic_cast<const Flatten*>(&layer)) return {"Flatten", {{"data_format", "channels_last"}}};
  throw Error("this kind of layer cannot be written as a Keras file");
}

/// dense, dense_1, dense_2 …: the names that Keras gives.
class Names {
 public:
  std::string next(const std::string& class_name) {
    static const std::map<std::string, std::string> bases = {
        {"Conv2D", "conv2d"},       {"MaxPooling2D", "max_pooling2d"},
        {"Dense", "dense"},         {"Dropout", "dropout"},
        {"Flatten", "flatten"},     {"LSTM", "lstm"},
        {"SimpleRNN", "simple_rnn"}};
    const std::string& base = bases.at(class_name);
    const int number = used_[base]++;
    return number == 0 ? base : base + "_" + std::to_string(number);
  }

 private:
  std::map<std::string, int> used_;
};

json training_config(double learning_rate) {
  return {{"loss", "categorical_crossentropy"},
          {"metrics", {"accuracy"}},
          {"weighted_metrics", nullptr},
          {"loss_weights", nullptr},
          {"optimizer_config", class_and_config("Adam", {{"name", "Adam"},
                                                         {"learning_rate", learning_rate},
                                                         {"beta_1", 0.9},
                                                         {"beta_2", 0.999},
                                                         {"epsilon", 1e-7},
                                                         {"amsgrad", false}})}};
}

}  // namespace

KerasModel to_keras(const Sequential& model, std::int64_t member, double learning_rate) {
  expect_exchangeable(model);
  KerasModel file;
  file.training_config = training_config(learning_rate);

  json batch_input_shape = {nullptr};
  for (const auto length : exchanged(model.input().shape)) batch_input_shape.push_back(length);
  file.layers.push_back({"InputLayer",
                         "input_1",
                         {{"batch_input_shape", batch_input_shape},
                          {"dtype", "float32"},
                          {"sparse", false},
                          {"ragged", false},
                          {"name", "input_1"}},
                         {}});
  if (model.input().scale != 1 || model.input().offset != 0)
    file.layers.push_back({"Rescaling",
                           "rescaling",
                           {{"name", "rescaling"},
                            {"trainable", true},
                            {"dtype", "float32"},
                            {"scale", model.input().scale},
                            {"offset", model.input().offset}},
                           {}});
  Names names;
  for (const auto& layer : model.layers()) {
    auto [class_name, config] = describe(*layer);
    const std::string layer_name = names.next(class_name);
    config.update({{"name", layer_name}, {"trainable", true}, {"dtype", "float32"}});
    KerasLayer described{class_name, layer_name, config, {}};
    for (const auto& parameter : layer->parameters()) {
      const Shape shape = member_shape(parameter);
      const auto values = parameter.variable.value().slice(member, 1).to_vector<float>();
      described.weights.push_back({parameter.name, exchanged(shape), exchanged(values, shape)});
    }
    file.layers.push_back(std::move(described));
  }
  return file;
}

}  // namespace tutti
