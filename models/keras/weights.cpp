#include "kernels/support/error.h"
#include "models/keras/layers.h"

namespace tutti {
namespace {

/// The weights of a file as those of a model's parameters; an Error if they do not fit.
std::vector<const KerasLayer::Weight*> fitting_weights(const std::vector<Parameter>& parameters,
                                                       const KerasModel& file) {
  std::vector<const KerasLayer::Weight*> fitting;
  std::vector<std::pair<const KerasLayer*, const KerasLayer::Weight*>> weights;
  for (const auto& layer : file.layers)
    for (const auto& weight : layer.weights) weights.emplace_back(&layer, &weight);
  if (weights.size() != parameters.size())
    throw Error("it holds ", weights.size(), " weights where the model has ", parameters.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto& [layer, weight] = weights[i];
    const Shape shape = member_shape(parameters[i]);
    if (weight->shape != shape)
      throw Error("layer '", layer->name, "': ", weight->name, " is ", weight->shape,
                  " where the model has ", shape);
    fitting.push_back(weight);
  }
  return fitting;
}

}  // namespace

Model built_from_keras(const KerasModel& file, std::int64_t members, Device device) {
  Model model = from_keras(file);
  model.build_zero(0, Device::cpu);  // without members it takes no memory, whatever the file says
  for (const auto& node : model.nodes()) node.shape.elements();
  fitting_weights(model.parameters(), file);
  model.build_zero(members, device);
  return model;
}

void set_weights(Model& model, std::int64_t member, const KerasModel& file) {
  const auto parameters = model.parameters();
  const auto weights = fitting_weights(parameters, file);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i].variable.value().slice(member, 1).copy_from(
        weights[i]->values.data(), static_cast<std::int64_t>(weights[i]->values.size()));
}

Model load_member(const std::filesystem::path& path, const KerasModel& file, Device device) {
  try {
    Model model = built_from_keras(file, 1, device);
    set_weights(model, 0, file);
    return model;
  } catch (const Error& problem) {
    throw Error(path.string(), ": ", problem.what());
  }
}

}  // namespace tutti
