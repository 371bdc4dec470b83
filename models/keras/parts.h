#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/keras/file.h"
#include "models/keras/packed.h"

/// The parts of reading and writing Keras files, for this folder alone. Errors do not name the
/// file yet.
namespace tutti::keras {

/// Where a file keeps a layer's weights.
struct Place {
  std::vector<std::string> path;  // in .h5: the names of the models that it is in, and its own
  std::string folder;             // in an archive
};

/// A model as a model_config describes it, its layers in the order in which they compute, those of
/// nested models among them, yet without weights.
struct Description {
  KerasModel model;
  std::vector<Place> places;  // of each layer
};
/// An Error if it is not a graph of layers from one input to one output.
Description described_by(const nlohmann::json& model_config);

/// Whether a class is one of models: Sequential, Functional or Model.
bool is_model(const std::string& class_name);
/// Whether a class is one of layers without weights that join the outputs of several.
bool joins(const std::string& class_name);
/// The model that a layer wraps, if it is TimeDistributed of one. Its layers' weights are the
/// layer's, one layer's after another's, under names that begin with theirs.
std::optional<Description> wrapped_model(const KerasLayer& layer);

/// What Keras 1 called otherwise in the words of Keras 2: classes, settings and weights.
void modernize(KerasModel& model);

/// The model of a file's bytes.
KerasModel read_h5(std::string_view file, ReadOptimizer optimizer,
                   const Architecture& architecture);
/// What .h5 files say of a model, which is what archives of Keras 3 say too but for the modules.
nlohmann::json model_config(const KerasModel& model);
/// A layer's weights as .h5 files order them: those first that a wrapped model trains.
std::vector<const KerasLayer::Weight*> ordered_weights(const KerasLayer& layer);
std::string h5_bytes(const KerasModel& model);

/// A .keras file: an archive of config.json, metadata.json and model.weights.h5.
bool is_archive(std::string_view file);
/// One that Keras 3 opens, and trains on with the optimizer's state.
std::string archive_bytes(const KerasModel& model);
KerasModel read_archive(std::string_view file, ReadOptimizer optimizer);

}  // namespace tutti::keras
