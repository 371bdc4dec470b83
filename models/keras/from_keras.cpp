#include "kernels/support/error.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"

namespace tutti {
namespace {

using nlohmann::json;

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
      if (length < 1 || length > keras::longest)
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
  Model model(input_of(file));
  std::vector<Model::Value> made(file.layers.size());  // by the first call of each layer
  for (const auto& [i, inputs] : nodes_of(file)) {
    const auto& [class_name, layer_name, config, weights] = file.layers.at(i);
    try {
      if (made[i])
        model.share(made[i], inputs);
      else
        made[i] = model.add(keras::read_layer(file.layers[i], file), inputs);
    } catch (const std::exception& problem) {  // also what the JSON library says of a wrong type
      throw Error("layer ", i + 1, " (", class_name, " '", layer_name, "'): ", problem.what());
    }
  }
  if (model.children().empty()) throw Error("it has no layers");
  return model;
}

}  // namespace tutti
