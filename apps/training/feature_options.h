#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/common.h"
#include "datasets/audio/librosa_version.h"
#include "models/feature_classifier.h"

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
  Scaling scaling = Scaling::minmax;
  std::optional<LibrosaVersion> librosa_version;  // of the table, if it does not say so
  int epochs, batch = 32;
  double learning_rate, test = 0.2, validation = 0.1;
  SplitPlan split;
  std::uint64_t seed = 54;
};

}  // namespace tutti
