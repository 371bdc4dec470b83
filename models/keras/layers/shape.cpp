#include <algorithm>

#include "engine/layers/flatten.h"
#include "engine/layers/reshape.h"
#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {
namespace {

Shape target_shape(const nlohmann::json& config) {
  Shape shape;
  for (const auto& length : config.at("target_shape"))
    shape.push_back(length == -1 ? -1 : length_of(length, "target_shape"));
  if (std::count(shape.begin(), shape.end(), -1) > 1)
    throw Error("target_shape leaves more than one length open: ", shape);
  return shape;
}

}  // namespace

std::vector<LayerClass> shape_classes() {
  return {
      LayerClass::of<Flatten>(
          "Flatten", [](const Described&) { return std::make_unique<Flatten>(); },
          [](const Flatten&, Written& written) {
            written.set({{"data_format", "channels_last"}});
            return true;
          }),
      LayerClass::of<Reshape>(
          "Reshape",
          [](const Described& d) { return std::make_unique<Reshape>(target_shape(d.config)); },
          [](const Reshape& layer, Written& written) {
            written.set({{"target_shape", layer.target()}});
            return true;
          }),
  };
}

}  // namespace tutti::keras
