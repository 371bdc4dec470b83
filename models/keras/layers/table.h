#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "models/keras/file.h"
#include "models/keras/layers/common.h"

namespace tutti::keras {

/// A row of the table: a Keras class, how its configuration is read, and how a layer of ours is
/// written as one. A new layer is a row in one of the files beside this one.
struct LayerClass {
  std::string name;  // ND in it stands for 1D and 2D
  std::function<std::unique_ptr<Layer>(const Described&)> read;
  std::function<bool(const Layer&, Written&)> write;  // false: it is not a layer of this class

  /// What `write` takes a layer L for; without `write`, a class that is only read.
  template <std::derived_from<Layer> L>
  static LayerClass of(std::string name,
                       std::function<std::unique_ptr<Layer>(const Described&)> read,
                       std::function<bool(const L&, Written&)> write) {
    return {std::move(name), std::move(read), [write](const Layer& layer, Written& written) {
              const auto* typed = dynamic_cast<const L*>(&layer);
              return typed && write(*typed, written);
            }};
  }
};

std::vector<LayerClass> activation_classes();
std::vector<LayerClass> convolution_classes();
std::vector<LayerClass> dense_classes();
std::vector<LayerClass> merge_classes();
std::vector<LayerClass> noise_classes();
std::vector<LayerClass> normalization_classes();
std::vector<LayerClass> pooling_classes();
std::vector<LayerClass> recurrent_classes();
std::vector<LayerClass> shape_classes();
std::vector<LayerClass> wrapper_classes();

/// An Error if the class is not in the table, or has a setting that is not supported.
std::unique_ptr<Layer> read_layer(const KerasLayer& layer, const KerasModel& file);
/// An Error if Keras has no such layer.
Written write_layer(const Layer& layer);

}  // namespace tutti::keras
