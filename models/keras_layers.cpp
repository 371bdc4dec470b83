#include "models/keras_layers.h"

#include <array>
#include <map>

#include "engine/error.h"
#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/dropout.h"
#include "engine/layers/flatten.h"
#include "engine/layers/max_pooling2d.h"

namespace tutti {
namespace {

using nlohmann::json;

const char* name(Activation activation) {
  switch (activation) {
    case Activation::linear:
      return "linear";
    case Activation::relu:
      return "relu";
    case Activation::softmax:
      return "softmax";
  }
  return "?";
}

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

/// The class of a layer in Keras and the settings of its own.
std::pair<std::string, json> describe(const Layer& layer) {
  if (const auto* conv = dynamic_cast<const Conv2D*>(&layer))
    return {"Conv2D", settings(conv->options())};
  if (const auto* pool = dynamic_cast<const MaxPooling2D*>(&layer))
    return {"MaxPooling2D", settings(pool->options())};
  if (const auto* dense = dynamic_cast<const Dense*>(&layer))
    return {"Dense", settings(dense->options())};
  if (const auto* dropout = dynamic_cast<const Dropout*>(&layer))
    return {"Dropout", {{"rate", dropout->rate()}, {"noise_shape", nullptr}, {"seed", nullptr}}};
  if (dynamic_cast<const Flatten*>(&layer)) return {"Flatten", {{"data_format", "channels_last"}}};
  throw Error("this kind of layer cannot be written as a Keras file");
}

/// dense, dense_1, dense_2 …: the names that Keras gives.
class Names {
 public:
  std::string next(const std::string& class_name) {
    static const std::map<std::string, std::string> bases = {{"Conv2D", "conv2d"},
                                                             {"MaxPooling2D", "max_pooling2d"},
                                                             {"Dense", "dense"},
                                                             {"Dropout", "dropout"},
                                                             {"Flatten", "flatten"}};
    const std::string& base = bases.at(class_name);
    const int number = used_[base]++;
    return number == 0 ? base : base + "_" + std::to_string(number);
  }

 private:
  std::map<std::string, int> used_;
};

Shape exchanged(Shape shape) {
  if (shape.size() >= 2) std::swap(shape[0], shape[1]);
  return shape;
}

/// [a, b, …] to [b, a, …]
std::vector<float> exchange(const std::vector<float>& values, const Shape& shape) {
  const std::int64_t run = shape.elements() / (shape[0] * shape[1]);
  std::vector<float> result(values.size());
  for (std::int64_t a = 0; a < shape[0]; ++a)
    for (std::int64_t b = 0; b < shape[1]; ++b)
      std::copy_n(values.begin() + (a * shape[1] + b) * run, run,
                  result.begin() + (b * shape[0] + a) * run);
  return result;
}

/// Kernels over pictures have two spatial axes in front.
bool is_spatial(const Shape& shape) { return shape.size() == 4; }

Shape one_member(const Parameter& parameter) {
  const Shape& shape = parameter.variable.shape();
  return Shape(shape.begin() + 1, shape.end());
}

std::vector<float> values_of(const Parameter& parameter, std::int64_t member) {
  return parameter.variable.value().slice(member, 1).to_vector<float>();
}

/// A Flatten sees the axes in the file's order only if one of them is 1.
void expect_exchangeable(const Sequential& model) {
  const auto& shapes = model.output_shapes();
  for (std::size_t i = 1; i < model.layers().size(); ++i)
    if (dynamic_cast<const Flatten*>(model.layers()[i].get()) && shapes[i - 1].size() == 3 &&
        shapes[i - 1][0] != 1 && shapes[i - 1][1] != 1)
      throw Error("layer ", i + 1, " (Flatten): takes ", exchanged(shapes[i - 1]),
                  "; only pictures of height or width 1 are supported there");
}

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

// ---- reading ----

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
  if (class_name == "Dropout") return std::make_unique<Dropout>(config.at("rate").get<double>());
  if (class_name == "Flatten") return std::make_unique<Flatten>();
  throw Error("not supported; Conv2D, MaxPooling2D, Dense, Dropout, Flatten and Rescaling are");
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
      const Shape shape = one_member(parameter);
      const auto values = values_of(parameter, member);
      if (is_spatial(shape))
        described.weights.push_back({parameter.name, exchanged(shape), exchange(values, shape)});
      else
        described.weights.push_back({parameter.name, shape, values});
    }
    file.layers.push_back(std::move(described));
  }
  return file;
}

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
    const Shape shape = one_member(parameters[i]);
    const bool spatial = is_spatial(shape);
    if (weight->shape != (spatial ? exchanged(shape) : shape))
      throw Error("layer '", layer->name, "': ", weight->name, " is ", weight->shape,
                  " where the model has ", spatial ? exchanged(shape) : shape);
    const auto values = spatial ? exchange(weight->values, weight->shape) : weight->values;
    parameters[i].variable.value().slice(member, 1).copy_from(
        values.data(), static_cast<std::int64_t>(values.size()));
  }
}

}  // namespace tutti
