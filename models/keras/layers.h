#pragma once
#include <optional>

#include "engine/layers/model.h"
#include "engine/optimizers/any_optimizer.h"
#include "models/keras/file.h"

namespace tutti {

/// Models as Keras files describe them: to_keras.cpp, from_keras.cpp and the table
/// in layers/ the layers, weights.cpp and optimizer_state.cpp what they have learned. A model's
/// scale and offset are a Rescaling layer.

/// The shape of one member's part of a parameter.
inline Shape member_shape(const Parameter& parameter) {
  const Shape& shape = parameter.variable.shape();
  return Shape(shape.begin() + 1, shape.end());
}

/// Names of layer.parameters() in files: those of layers within it begin with theirs.
std::vector<std::string> parameter_names(const Layer& layer);

/// An optimizer as a file holds it.
struct KerasOptimizer {
  double learning_rate;
  OptimizerState state = {};
  OptimizerOptions options = AdamOptions{};
};

/// One member of a model with its weights and its optimizer; without its state, if that has no
/// steps.
KerasModel to_keras(const Model& model, std::int64_t member, const KerasOptimizer& optimizer);

/// The shape of one input that a file says its model takes; -1 for a length that it leaves open.
Shape input_shape_of(const KerasModel& file);

/// Sets the lengths that a file leaves open to those of its data; an Error if the others differ.
void set_open_lengths(KerasModel& file, const Shape& input);

/// The model a file describes, not yet built. An Error names the layer that is not supported, or
/// that a length of the input is open.
Model from_keras(const KerasModel& file);
/// The same, for an input of this shape whatever the file says.
Model from_keras(const KerasModel& file, Shape input);

/// The same, built for so many members once it is known that the file's weights fit it.
Model built_from_keras(const KerasModel& file, std::int64_t members, Device device);

/// Sets a built member's parameters. An Error names the layer and both shapes if they do not fit.
void set_weights(Model& model, std::int64_t member, const KerasModel& file);

/// Writes an optimizer into the file of a model's member: to_keras() does.
void describe_optimizer(KerasModel& file, const Model& model, const KerasOptimizer& optimizer);

/// The optimizer that trained a file's model, which is built. An Error says why training cannot go
/// on as it was: another optimizer, or one with other options, or none.
KerasOptimizer optimizer_of(const KerasModel& file, const Model& model);
KerasOptimizer optimizer_of(const KerasModel& file);

/// The same, or nothing where that would be an Error.
std::optional<KerasOptimizer> known_optimizer(const KerasModel& file, const Model& model);
/// The same where it is an Adam with our options.
std::optional<KerasOptimizer> known_adam(const KerasModel& file, const Model& model);

/// The one-member model of a file, built, with its weights. An Error names `path`.
Model load_member(const std::filesystem::path& path, const KerasModel& file, Device device);

}  // namespace tutti
