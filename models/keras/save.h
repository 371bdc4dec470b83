#pragma once
#include <filesystem>
#include <optional>

#include "engine/layers/model.h"

namespace tutti {

/// Saves a model by its path's extension: as .h5, which Keras 2 and 3 open, or as .keras, which
/// Keras 3 does. Of a model of several members each gets a file of its own: net_0.h5, net_1.h5 …
/// for "net.h5". An Error names the file if it cannot be written, or the layer's kind that Keras
/// does not have.
void save(const Model& model, const std::filesystem::path& path);
/// One member alone, as `path` itself.
void save(const Model& model, const std::filesystem::path& path, std::int64_t member);

/// The model of one member that a .h5 or .keras file of Keras or of save() holds, with its weights.
/// Lengths that the file leaves open are those of `input`, the shape of one example. An Error names
/// the file and what is wrong with it or not supported.
Model load_model(const std::filesystem::path& path, Device device = Device::cpu,
                 const Shape& input = {});

}  // namespace tutti
