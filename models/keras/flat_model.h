#pragma once
#include "engine/layers/model.h"
#include "models/keras/file.h"

namespace tutti::keras {

/// The layers and calls of a model in the order in which they compute, those of nested models in
/// their places, as a KerasModel counts them; an Error if it has not one input.
struct FlatModel {
  struct Entry {
    const Layer* layer;
    bool trainable;  // and so are the models around it
    Shape input;     // the first, once built
  };
  std::vector<Entry> layers;
  std::vector<KerasModel::Node> nodes;  // `layer` counts the layers above
  bool is_chain() const;
};
FlatModel flattened(const Model& model);

/// The order in which Keras lists a Functional model's layers, and with them their weights,
/// whatever order its file has: by their distance from the output, those farthest away first.
std::vector<std::size_t> order_of(const FlatModel& model);

}  // namespace tutti::keras
