#include "models/keras/axes.h"

#include <algorithm>

#include "engine/layers/flatten.h"
#include "engine/layers/wrappers/channels_at.h"
#include "models/keras/flat_model.h"

namespace tutti {
namespace {

using nlohmann::json;

/// Values of [a, b, …] in the order of [b, a, …].
std::vector<float> exchanged(const std::vector<float>& values, const Shape& shape) {
  const std::int64_t run = shape.elements() / (shape[0] * shape[1]);
  std::vector<float> result(values.size());
  for (std::int64_t a = 0; a < shape[0]; ++a)
    for (std::int64_t b = 0; b < shape[1]; ++b)
      std::copy_n(values.begin() + (a * shape[1] + b) * run, run,
                  result.begin() + (b * shape[0] + a) * run);
  return result;
}

void exchange(json& config) {
  for (const char* key : {"kernel_size", "strides", "pool_size", "dilation_rate", "padding"})
    if (config.contains(key) && config[key].is_array() && config[key].size() == 2)
      std::swap(config[key][0], config[key][1]);
  for (const char* key : {"batch_input_shape", "batch_shape"})
    if (config.contains(key) && config[key].size() == 4) std::swap(config[key][1], config[key][2]);
}

void exchange(KerasLayer::Weight& weight) {
  if (weight.shape.size() != 4) return;
  weight.values = exchanged(weight.values, weight.shape);
  std::swap(weight.shape[0], weight.shape[1]);
}

}  // namespace

KerasModel with_axes_exchanged(KerasModel file) {
  for (auto& layer : file.layers) {
    exchange(layer.config);
    for (auto& weight : layer.weights) exchange(weight);
  }
  for (auto& weight : file.optimizer_weights) exchange(weight);
  return file;
}

bool is_exchangeable(const Model& model) {
  for (const auto& [layer, trainable, from] : keras::flattened(model).layers) {
    const bool places = from.size() == 3 && from[0] != 1 && from[1] != 1;
    if (places && dynamic_cast<const Flatten*>(layer)) return false;
    const auto* elsewhere = dynamic_cast<const ChannelsAt*>(layer);
    if (elsewhere && elsewhere->moves()) return false;
    const auto* concatenate = dynamic_cast<const Concatenate*>(layer);
    if (concatenate && concatenate->axis() != -1) return false;
  }
  return true;
}

}  // namespace tutti
