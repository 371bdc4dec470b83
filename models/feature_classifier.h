#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/feature_table.h"
#include "datasets/scaler.h"
#include "datasets/split.h"
#include "models/metrics.h"
#include "models/recurrent_classifiers.h"
#include "models/trainer.h"

namespace tutti {

enum class FeatureModel { lstm, rnn };

/// How a classifier of feature rows is made and trained.
struct FeatureRecipe {
  FeatureModel model = FeatureModel::lstm;
  LstmOptions lstm;  // not read for the RNN
  Scaling scaling = Scaling::minmax;
  std::uint64_t seed = 54;
  Device device = Device::cpu;
  TrainOptions training;
};

Sequential feature_model(const FeatureRecipe& recipe, std::int64_t features, std::int64_t genres);

/// Classifiers of one recipe, a member a split of the same table, trained side by side.
struct FeatureClassifiers {
  Sequential model;
  std::vector<Scaler> scalers;  // of each member, fitted on its training rows alone
  History history;

  /// Probabilities [n, classes] that a member gives to rows of a table.
  std::vector<float> predict(std::int64_t member, const FeatureTable& table,
                             const std::vector<std::int32_t>& rows) const;
};

/// Trains a member on each split; their parts must be of equal sizes. Member k of a seed is the
/// same whatever the other splits are.
FeatureClassifiers train_classifiers(const FeatureTable& table,
                                     const std::vector<ThreeWaySplit>& splits,
                                     const FeatureRecipe& recipe);

}  // namespace tutti
