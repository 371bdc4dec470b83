#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/common.h"
#include "models/ensemble.h"

namespace tutti {

/// Every member's probabilities [members, n, classes] for inputs [n, …], by the model of a run of
/// whichever kind.
using Scorer = std::function<Tensor(const Tensor& inputs)>;
Scorer load_scorer(const std::filesystem::path& folder, const nlohmann::json& run, Device device);

/// What a run's model takes, [1, …], of a window of a song: the same spectrogram or the same
/// features that it was trained on. An Error if the run does not say which those are.
using Preprocessor = std::function<Tensor(const std::vector<float>& samples)>;
Preprocessor make_preprocessor(const std::filesystem::path& folder, const nlohmann::json& run);

/// An Error if a tree or a table says that it was made otherwise than what the run was trained on.
void expect_same_pictures(const std::filesystem::path& folder, const nlohmann::json& run,
                          const std::filesystem::path& tree);
void expect_same_features(const std::filesystem::path& folder, const nlohmann::json& run,
                          const std::filesystem::path& table);

/// An Error if the members have another number of outputs.
void expect_classes(const std::filesystem::path& folder, const Ensemble& ensemble,
                    const std::vector<std::string>& classes);
/// --classes; `usual` says where they come from without it.
void add_classes_to(CLI::App& command, std::vector<std::string>& classes, const std::string& usual);

}  // namespace tutti
