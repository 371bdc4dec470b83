#include "models/keras/layers/common.h"

#include <map>

#include "kernels/support/error.h"

namespace tutti::keras {

using nlohmann::json;
using Kind = ActivationFunction::Kind;

std::int64_t length_of(const json& value, const char* key, std::int64_t least) {
  const auto length = value.get<std::int64_t>();
  if (length < least || length > longest)
    throw Error(key, " is ", length, ", not ", least, " to ", longest);
  return length;
}

std::array<std::int64_t, 2> lengths(const Described& layer, const char* key,
                                    std::array<std::int64_t, 2> fallback) {
  const auto& [config, file, dimensions] = layer;
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

json lengths(int dimensions, std::int64_t height, std::int64_t width) {
  return dimensions == 1 ? json{height} : json{height, width};
}

Padding padding_of(const json& config) {
  const auto padding = setting<std::string>(config, "padding", "valid");
  if (padding == "valid") return Padding::valid;
  if (padding == "same") return Padding::same;
  throw Error("padding '", padding, "' is not supported; valid and same are");
}

const char* name(Padding padding) { return padding == Padding::same ? "same" : "valid"; }

namespace {

/// Up to Keras 2, hard_sigmoid rose by 0.2; since, by 1 / 6.
double hard_sigmoid_slope(const KerasModel& file) { return keras_major(file) < 3 ? 0.2 : 1.0 / 6; }

/// Keras' names of functions, and what they mean without more words.
const std::map<std::string, ActivationFunction>& functions() {
  static const std::map<std::string, ActivationFunction> all = {
      {"linear", {Kind::linear}},
      {"relu", {Kind::relu}},
      {"elu", {Kind::elu, 1}},
      {"leaky_relu", {Kind::leaky_relu, 0.2}},
      {"tanh", {Kind::tanh}},
      {"sigmoid", {Kind::sigmoid}},
      {"hard_sigmoid", {Kind::hard_sigmoid}},
      {"selu", {Kind::selu}},
      {"softplus", {Kind::softplus}},
      {"silu", {Kind::silu}},
      {"gelu", {Kind::gelu}}};
  return all;
}

const char* function_name(const ActivationFunction& function) {
  for (const auto& [known, meant] : functions())
    if (meant.kind == function.kind) return known.c_str();
  throw Error("Keras has no name for this activation");
}

}  // namespace

Activation activation_named(const std::string& name, const KerasModel& file) {
  if (name == "softmax") return Activation::softmax;
  if (name == "swish") return {{Kind::silu}};
  if (name == "hard_sigmoid") return {{Kind::hard_sigmoid, hard_sigmoid_slope(file)}};
  const auto found = functions().find(name);
  if (found == functions().end())
    throw Error(
        "activation '", name,
        "' is not supported; linear, relu, leaky_relu, elu, selu, tanh, sigmoid, hard_sigmoid, "
        "softplus, silu, gelu and softmax are");
  return {found->second};
}

Activation activation_of(const Described& layer) {
  return activation_named(setting<std::string>(layer.config, "activation", "linear"), layer.file);
}

void Written::set_activation(const char* key, const Activation& activation) {
  config[key] = activation.is_softmax ? "softmax" : function_name(activation.function);
  since_keras_3 |= activation.function == ActivationFunction{Kind::hard_sigmoid, 1.0 / 6};
}

json class_and_config(const char* class_name, json config) {
  return {{"class_name", class_name}, {"config", std::move(config)}};
}

json weight_settings(bool use_bias, double l2) {
  return {{"use_bias", use_bias},
          {"kernel_initializer", class_and_config("GlorotUniform", {{"seed", nullptr}})},
          {"bias_initializer", class_and_config("Zeros", json::object())},
          {"kernel_regularizer", l2 == 0 ? json() : class_and_config("L2", {{"l2", l2}})},
          {"bias_regularizer", nullptr},
          {"activity_regularizer", nullptr},
          {"kernel_constraint", nullptr},
          {"bias_constraint", nullptr}};
}

}  // namespace tutti::keras
