#include "models/keras/packed.h"

#include <cstring>

#include "models/keras/parts.h"

namespace tutti {
using nlohmann::json;

// How a model travels from one process to another: as CBOR, but for the weights' values.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasLayer::Weight, name, shape)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasLayer, class_name, name, config, weights)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasModel::Node, layer, inputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasModel, name, keras_version, layers, training_config,
                                   optimizer_weights, nodes, listed)

namespace {

template <class Model, class Visit>
void for_each_weight(Model& model, Visit visit) {
  for (auto& layer : model.layers)
    for (auto& weight : layer.weights) visit(weight);
  for (auto& weight : model.optimizer_weights) visit(weight);
}

/// The length of the CBOR, the CBOR, and all values one after another, bit for bit.
std::string packed_bytes(const KerasModel& model) {
  const std::vector<std::uint8_t> description = json::to_cbor(model);
  const std::uint64_t length = description.size();
  std::size_t size = sizeof length + length;
  for_each_weight(model, [&](const auto& weight) { size += weight.values.size() * sizeof(float); });
  std::string bytes;
  bytes.reserve(size);
  const auto append = [&](const void* from, std::size_t count) {
    bytes.append(static_cast<const char*>(from), count);
  };
  append(&length, sizeof length);
  append(description.data(), length);
  for_each_weight(model, [&](const auto& weight) {
    append(weight.values.data(), weight.values.size() * sizeof(float));
  });
  return bytes;
}

}  // namespace

namespace keras {

std::string packed(std::string_view file, ReadOptimizer optimizer,
                   const Architecture& architecture) {
  return packed_bytes(is_archive(file) ? read_archive(file, optimizer)
                                       : read_h5(file, optimizer, architecture));
}

KerasModel unpacked(std::string_view bytes) {
  const auto take = [&](std::size_t count) {
    if (count > bytes.size()) throw Error("it is damaged: its reader's answer is cut short");
    const auto taken = bytes.substr(0, count);
    bytes.remove_prefix(count);
    return taken;
  };
  std::uint64_t length;
  std::memcpy(&length, take(sizeof length).data(), sizeof length);
  KerasModel model = json::from_cbor(take(length)).get<KerasModel>();
  for_each_weight(model, [&](auto& weight) {
    const auto values = take(static_cast<std::size_t>(weight.shape.elements()) * sizeof(float));
    weight.values.resize(values.size() / sizeof(float));
    std::memcpy(weight.values.data(), values.data(), values.size());
  });
  return model;
}

}  // namespace keras
}  // namespace tutti
