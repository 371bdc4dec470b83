#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/common.h"
#include "models/feature_classifier.h"
#include "reports/metrics.h"

/// What the commands on tables of features share.
namespace tutti {

/// The recipe's options on the command line, with the published values as defaults.
struct FeatureOptions {
  explicit FeatureOptions(FeatureModel model);
  void add_to(CLI::App& command);
  FeatureRecipe recipe(Device device) const;
  nlohmann::json to_json() const;

  FeatureModel model;
  CommonOptions common;
  std::string data, from;
  LstmOptions lstm;
  std::string scaling = "minmax";
  std::string compat = "auto";  // the version of librosa whose numbers the table holds
  int epochs, batch = 32;
  double learning_rate, test = 0.2, validation = 0.1;
  std::uint64_t seed = 54;
};

/// Trains and leaves a run in `out`; nothing if Ctrl-C stopped it.
std::optional<Metrics> train_run(const FeatureOptions& options, const std::filesystem::path& out,
                                 bool force);

const char* name(FeatureModel model);  // "lstm", "rnn"

/// "preprocessing" of run.json, from a scaler.
nlohmann::json to_json(const Scaler& scaler, const std::string& scaling);

/// The classifier of a run: model.h5 and the scaler in run.json. An Error if they do not fit each
/// other or the table's features.
FeatureClassifiers load_classifier(const std::filesystem::path& folder, const nlohmann::json& run,
                                   Device device);

}  // namespace tutti
