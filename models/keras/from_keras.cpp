#include <algorithm>

#include "kernels/support/error.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"
#include "models/keras/parts.h"

namespace tutti {
namespace {

using nlohmann::json;

/// Layers that a Sequential file may begin with before the one that says the input's shape.
constexpr const char* shape_keepers[] = {"Activation",       "BatchNormalization", "Dropout",
                                         "SpatialDropout1D", "SpatialDropout2D",   "GaussianNoise",
                                         "InputLayer",       "LayerNormalization", "Rescaling"};

/// The batch's shape in a layer's settings, which Keras 2 and 3 spell differently; null if it is
/// not there.
json* batch_shape(KerasLayer& layer) {
  for (const char* key : {"batch_input_shape", "batch_shape"})
    if (layer.config.contains(key) && layer.config[key].is_array()) return &layer.config[key];
  return nullptr;
}

json& batch_shape_of(KerasModel& file) {
  for (auto& layer : file.layers) {
    if (json* shape = batch_shape(layer)) return *shape;
    if (!std::ranges::count(shape_keepers, layer.class_name)) break;
  }
  throw Error("it does not say its input shape (batch_input_shape of the first layer)");
}

}  // namespace

Shape input_shape_of(const KerasModel& file) {
  KerasModel heads;  // without the weights
  for (const auto& layer : file.layers)
    heads.layers.push_back({layer.class_name, layer.name, layer.config, {}});
  try {
    Shape shape;
    for (const auto& length : batch_shape_of(heads))
      shape.push_back(length.is_null() ? -1 : length.get<std::int64_t>());
    if (shape.size() < 2) throw Error("its input shape ", shape, " has no axis beside the batch");
    shape.erase(shape.begin());
    for (const auto length : shape)
      if (length != -1 && (length < 1 || length > keras::longest))
        throw Error("its input shape ", shape, " has a length of ", length);
    return shape;
  } catch (const json::exception& problem) {
    throw Error("its input shape is malformed: ", reason_of(problem));
  }
}

void set_open_lengths(KerasModel& file, const Shape& input) {
  const Shape said = input_shape_of(file);
  bool fits = said.size() == input.size();
  for (std::size_t n = 0; fits && n < said.size(); ++n)
    fits = said[n] == input[n] || (said[n] == -1 && input[n] > 0 && input[n] <= keras::longest);
  if (!fits) throw Error("it takes inputs of ", said, " (-1: any length), not ", input);
  json& shape = batch_shape_of(file);
  for (std::size_t n = 0; n < input.size(); ++n) shape[n + 1] = input[n];
}

Model from_keras(const KerasModel& file) {
  Shape input = input_shape_of(file);
  for (const auto length : input)
    if (length == -1)
      throw Error("its input shape ", input, " leaves a length open (-1); it is taken from data");
  return from_keras(file, std::move(input));
}

Model from_keras(const KerasModel& file, Shape input) {
  Model model(std::move(input));
  std::vector<Model::Value> made(file.layers.size());  // by the first call of each layer
  for (const auto& [i, inputs] : nodes_of(file)) {
    const auto& [class_name, layer_name, config, weights] = file.layers.at(i);
    try {
      if (inputs.size() < 2 && keras::joins(class_name))
        throw Error("takes ", inputs.size(), " output of a layer; two or more are supported, ",
                    "without numbers among them");
      if (made[i])
        model.share(made[i], inputs);
      else
        made[i] = model.add(keras::read_layer(file.layers[i], file), inputs);
    } catch (const std::exception& problem) {  // also what the JSON library says of a wrong type
      throw Error("layer ", i + 1, " (", class_name, " '", layer_name, "'): ", reason_of(problem));
    }
  }
  if (model.children().empty()) throw Error("it has no layers");
  return model;
}

}  // namespace tutti
