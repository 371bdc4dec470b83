#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "models/keras/file.h"

/// The parts of reading and writing Keras files, for keras_file.cpp alone. Errors do not name the
/// file yet.
namespace tutti::keras {

/// A text of a file as JSON; an Error names `what` if it is not, or is nested too deeply.
nlohmann::json parse(const std::string& text, const std::string& what);

/// The model that a model_config describes, its layers in the order in which they compute, yet
/// without weights. An Error if it is not a chain of layers.
KerasModel described_by(const nlohmann::json& model_config);

/// What Keras 1 called otherwise in the words of Keras 2: classes, settings and weights.
void modernize(KerasModel& model);

KerasModel read_h5(const std::filesystem::path& path, std::uint64_t file_size,
                   ReadOptimizer optimizer);
std::string h5_bytes(const KerasModel& model);

/// A .keras file: an archive of config.json, metadata.json and model.weights.h5.
bool is_archive(const std::filesystem::path& path);
KerasModel read_archive(const std::filesystem::path& path, std::uint64_t file_size,
                        ReadOptimizer optimizer);

}  // namespace tutti::keras
