#include "models/feature_classifier.h"

#include <numeric>
#include <utility>

#include "engine/members.h"
#include "engine/training/prediction.h"
#include "models/keras/layers.h"

namespace tutti {
namespace {

/// Rows of the part `which` of every split; member m's copy of the table starts at row m * n.
MemberRows rows_of(const std::vector<ThreeWaySplit>& splits,
                   std::vector<std::int32_t> ThreeWaySplit::*which, std::int64_t n) {
  MemberRows rows;
  for (const auto& split : splits) {
    const auto start = static_cast<std::int32_t>(static_cast<std::int64_t>(rows.size()) * n);
    auto& of_member = rows.emplace_back(split.*which);
    for (auto& row : of_member) row += start;
    if (of_member.size() != rows[0].size())
      throw Error("splits of ", rows[0].size(), " and ", of_member.size(),
                  " rows cannot be trained side by side");
  }
  return rows;
}

/// The table scaled by each member's scaler, one copy after another: [M n, features, 1].
Tensor scaled_copies(const FeatureTable& table, const std::vector<Scaler>& scalers, Device device) {
  std::vector<float> all;
  for (const auto& scaler : scalers) {
    const auto values = scaler.apply(table.values).to_vector<float>();
    all.insert(all.end(), values.begin(), values.end());
  }
  const auto copies = static_cast<std::int64_t>(scalers.size());
  return Tensor::from({copies * table.values.dim(0), table.values.dim(1), 1}, all, device);
}

}  // namespace

Model feature_model(const FeatureRecipe& recipe, std::int64_t features, std::int64_t genres) {
  return recipe.model == FeatureModel::lstm ? lstm_classifier(features, genres, recipe.lstm)
                                            : rnn_classifier(features, genres);
}

std::vector<Scaler> fit_scalers(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
                                Scaling scaling) {
  std::vector<Scaler> scalers;
  for (const auto& split : splits)
    scalers.push_back(fit_scaler(scaling, table.values, split.train));
  return scalers;
}

FeatureExamples::FeatureExamples(const FeatureTable& table,
                                 const std::vector<ThreeWaySplit>& splits,
                                 const std::vector<Scaler>& scalers, Device device) {
  const std::int64_t n = table.values.dim(0);
  training.x = validation.x = scaled_copies(table, scalers, device);
  for (std::size_t m = 0; m < splits.size(); ++m)
    training.labels.insert(training.labels.end(), table.labels.begin(), table.labels.end());
  validation.labels = training.labels;
  training.rows = rows_of(splits, &ThreeWaySplit::train, n);
  validation.rows = rows_of(splits, &ThreeWaySplit::validation, n);
}

namespace {

/// The model of a file as every member's, on features of this table.
FeatureClassifiers from_file(const std::filesystem::path& path, std::int64_t members,
                             const FeatureTable& table, Device device) {
  const KerasModel file = read_keras_file(path);
  const Shape input{table.values.dim(1), 1};
  try {
    FeatureClassifiers result{built_from_keras(file, members, device), {}};
    Model& model = result.model;
    if (model.input_shape() != input) throw Error("takes ", model.input_shape(), ", not ", input);
    if (model.classes() != static_cast<std::int64_t>(table.classes.size()))
      throw Error("tells ", model.classes(), " classes apart, not ", table.classes.size());
    for (std::int64_t m = 0; m < members; ++m) set_weights(model, m, file);
    if (const auto optimizer = known_optimizer(file, model)) {
      result.optimizer.assign(static_cast<std::size_t>(members), optimizer->state);
      result.optimizer_options = optimizer->options;
    }
    return result;
  } catch (const Error& problem) {
    throw Error(path.string(), ": ", problem.what());
  }
}

}  // namespace

FeatureClassifiers build_classifiers(const FeatureTable& table,
                                     const std::vector<ThreeWaySplit>& splits,
                                     const FeatureRecipe& recipe) {
  const auto count = static_cast<std::int64_t>(splits.size());
  if (!recipe.from.empty()) {
    auto result = from_file(recipe.from, count, table, recipe.device);
    result.scalers = fit_scalers(table, splits, recipe.scaling);
    return result;
  }
  FeatureClassifiers result{
      feature_model(recipe, table.values.dim(1), static_cast<std::int64_t>(table.classes.size())),
      fit_scalers(table, splits, recipe.scaling)};
  const auto members = member_streams(recipe.seed, count);
  result.model.build(streams_for(Purpose::initialization, members), recipe.device);
  return result;
}

History train_classifiers(FeatureClassifiers& classifiers, const FeatureTable& table,
                          const std::vector<ThreeWaySplit>& splits, const FeatureRecipe& recipe,
                          std::stop_token stop, const TrainObserver& observer,
                          const TrainCheckpoint* from) {
  const FeatureExamples examples(table, splits, classifiers.scalers, recipe.device);
  TrainOptions options = recipe.training;
  if (classifiers.optimizer_options) options.optimizer = *classifiers.optimizer_options;
  options.optimizer_state = std::exchange(classifiers.optimizer, {});
  TrainResult result = train(classifiers.model,
                             {member_streams(recipe.seed, static_cast<std::int64_t>(splits.size())),
                              examples.training, examples.validation},
                             options, std::move(stop), observer, from);
  classifiers.optimizer = std::move(result.optimizer_state);
  return std::move(result.history);
}

std::vector<float> FeatureClassifiers::predict(std::int64_t member, const FeatureTable& table,
                                               const std::vector<std::int32_t>& rows) const {
  const Scaler& scaler = scalers.at(static_cast<std::size_t>(member));
  const Tensor x = scaled_copies(table, {scaler}, model.device());
  return predict_probabilities(model, x, rows).slice(member, 1).to_vector<float>();
}

}  // namespace tutti
