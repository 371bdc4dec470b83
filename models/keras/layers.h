#pragma once
#include <optional>

#include "engine/layers/model.h"
#include "engine/optimizers/adam.h"
#include "models/keras/file.h"

namespace tutti {

/// Models as Keras files describe them: to_keras.cpp, from_keras.cpp and the table
/// in layers/ the layers, weights.cpp and adam.cpp what they have learned. A model's scale and
/// offset are a Rescaling layer.

/// The shape of one member's part of a parameter.
inline Shape member_shape(const Parameter& parameter) {
  const Shape& shape = parameter.variable.shape();
  return Shape(shape.begin() + 1, shape.end());
}

/// An Adam as a file holds it.
struct KerasAdam {
  double learning_rate;
  OptimizerState state = {};
};

/// One member of a model with its weights and its Adam; without its state, if that has no steps.
KerasModel to_keras(const Model& model, std::int64_t member, const KerasAdam& adam);

/// The model a file describes, not yet built. An Error names the layer that is not supported.
Model from_keras(const KerasModel& file);

/// The same, built for so many members once it is known that the file's weights fit it.
Model built_from_keras(const KerasModel& file, std::int64_t members, Device device);

/// Sets a built member's parameters. An Error names the layer and both shapes if they do not fit.
void set_weights(Model& model, std::int64_t member, const KerasModel& file);

/// Writes an Adam into the file of a model's member: to_keras() does.
void describe_adam(KerasModel& file, const Model& model, const KerasAdam& adam);

/// The Adam that trained a file's model. An Error says why training cannot go on as it was: another
/// optimizer, or one with other options, or none.
KerasAdam adam_of(const KerasModel& file);

/// The same, or nothing where that would be an Error.
std::optional<KerasAdam> known_adam(const KerasModel& file);

/// The one-member model of a file, built, with its weights. An Error names `path`.
Model load_member(const std::filesystem::path& path, const KerasModel& file, Device device);

}  // namespace tutti
