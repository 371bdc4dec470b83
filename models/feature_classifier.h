#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/feature_table.h"
#include "datasets/scaler.h"
#include "datasets/split.h"
#include "engine/training/train.h"
#include "models/recurrent_classifiers.h"

namespace tutti {

enum class FeatureModel { lstm, rnn };
template <>
inline constexpr EnumNames<FeatureModel> enum_names<FeatureModel> = {
    "a classifier of features", {{FeatureModel::lstm, "lstm"}, {FeatureModel::rnn, "rnn"}}};

/// How a classifier of feature rows is made and trained.
struct FeatureRecipe {
  FeatureModel model = FeatureModel::lstm;
  LstmOptions lstm;                 // not read for the RNN
  std::filesystem::path from = {};  // a Keras file to go on from, in place of both
  Scaling scaling = Scaling::minmax;
  std::uint64_t seed = 54;
  Device device = Device::cpu;
  TrainOptions training;
};

Model feature_model(const FeatureRecipe& recipe, std::int64_t features, std::int64_t genres);

/// Classifiers of one recipe, a member a split of the same table.
struct FeatureClassifiers {
  Model model;
  std::vector<Scaler> scalers;  // of each member, fitted on its training rows alone
  /// The state of each member's optimizer: of a file that training goes on from, or after training.
  std::vector<OptimizerState> optimizer = {};
  std::optional<OptimizerOptions> optimizer_options = {};  // of that file, in the recipe's place

  /// Probabilities [n, classes] that a member gives to rows of a table.
  std::vector<float> predict(std::int64_t member, const FeatureTable& table,
                             const std::vector<std::int32_t>& rows) const;
};

/// A member for each split, with its initial weights. Member k of a seed is the same whatever the
/// other splits are.
FeatureClassifiers build_classifiers(const FeatureTable& table,
                                     const std::vector<ThreeWaySplit>& splits,
                                     const FeatureRecipe& recipe);

/// Trains them side by side on the splits they were built for, whose parts must be of equal sizes,
/// from the state of their optimizers on, or from a checkpoint of the same.
History train_classifiers(FeatureClassifiers& classifiers, const FeatureTable& table,
                          const std::vector<ThreeWaySplit>& splits, const FeatureRecipe& recipe,
                          std::stop_token stop = {}, const TrainObserver& observer = {},
                          const TrainCheckpoint* from = nullptr);

/// What the members of some splits train and validate on: member k sees the table as its own scaler
/// leaves it.
struct FeatureExamples {
  FeatureExamples(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
                  const std::vector<Scaler>& scalers, Device device);
  MemberExamples training, validation;
};

/// A scaler for each split, fitted on its training rows alone.
std::vector<Scaler> fit_scalers(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
                                Scaling scaling);

}  // namespace tutti
