#include "apps/feature_training.h"

#include <iostream>

#include "apps/epoch_lines.h"
#include "apps/run_directory.h"
#include "datasets/song_table.h"
#include "kernels/support/error.h"
#include "models/keras/layers.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
/// The version of librosa whose numbers the table holds; the published ones do not say it.
LibrosaVersion librosa_version_of(const FeatureOptions& f) {
  if (f.compat) return *f.compat;
  return librosa_version_of_table(f.data).value_or(LibrosaVersion::v0_6);
}

RunFile run_file(const FeatureOptions& f, const fs::path& out, const FeatureTable& table,
                 const Scaler& scaler) {
  const FeaturePreprocessing preprocessing{f.scaling, scaler, librosa_version_of(f)};
  return {out,
          from_name<ModelKind>(name(f.model)),
          table.classes,
          table.fingerprint,
          {},
          {},
          to_json(preprocessing)};
}

std::vector<SplitRow> split_rows(const FeatureTable& table, const ThreeWaySplit& split) {
  std::vector<SplitRow> rows;
  for (std::size_t i = 0; i < table.labels.size(); ++i)
    rows.push_back(
        {table.names[i], table.classes[static_cast<std::size_t>(table.labels[i])], Part::train});
  for (const auto row : split.validation)
    rows[static_cast<std::size_t>(row)].part = Part::validation;
  for (const auto row : split.test) rows[static_cast<std::size_t>(row)].part = Part::test;
  return rows;
}

std::string title_of(const FeatureOptions& f) {
  return f.model == FeatureModel::lstm ? "LSTM classifier" : "Simple RNN classifier";
}

ThreeWaySplit split_of(const FeatureOptions& f, const FeatureTable& table) {
  ThreeWaySplit split = split_stratified(table.labels, table.classes, f.test, f.validation, f.seed);
  if (f.batch > static_cast<int>(split.train.size()))
    throw Error("--batch ", f.batch, ": there are ", split.train.size(),
                " songs to train on; choose at most that");
  return split;
}

/// The folder with what is known before training; an older run in it goes.
void begin_run(const FeatureOptions& f, const fs::path& out, bool force, const FeatureTable& table,
               const ThreeWaySplit& split, const Scaler& scaler) {
  const RunFile file = run_file(f, out, table, scaler);
  prepare_run(out, force);
  write_run(file, {f.to_json(),
                   f.seed,
                   f.common.prepare(),
                   {{"path", fs::absolute(f.data).lexically_normal().string()},
                    {"songs", table.labels.size()}}});
  write_split_file(out, split_rows(table, split));
  for (const auto& column : scaler.constant_columns(feature_names()))
    std::cerr << "tutti: warning: the column " << column << " holds one value only\n";
  if (!f.common.quiet)
    std::cerr << table.labels.size() << " songs of " << table.classes.size()
              << " genres: " << split.train.size() << " to train, " << split.validation.size()
              << " to validate, " << split.test.size() << " to test\n";
}

/// Trains, with the model saved after every epoch; returns the finished epochs.
History fit(FeatureClassifiers& classifier, const FeatureOptions& f, const fs::path& out,
            const FeatureTable& table, const ThreeWaySplit& split, const FeatureRecipe& recipe,
            const std::stop_token& stop) {
  const auto save = [&] {
    KerasOptimizer adam{f.learning_rate};
    if (!classifier.optimizer.empty()) adam.state = classifier.optimizer[0];
    write_keras_file(out / "model.h5", to_keras(classifier.model, 0, adam));
  };
  EpochLines lines(f.epochs, static_cast<std::int64_t>(split.train.size()), "songs",
                   f.common.quiet);
  History history;
  save();
  train_classifiers(classifier, table, {split}, recipe, stop,
                    {.on_step = [&](int epoch, std::int64_t step,
                                    std::int64_t steps) { lines.step(epoch, step, steps); },
                     .on_epoch =
                         [&](int epoch, const std::vector<EpochResult>& members) {
                           save();
                           history.push_back(members);
                           lines.epoch(epoch, members);
                         }});
  save();
  write_curves(out, history, title_of(f));
  return history;
}

}  // namespace

std::optional<Evaluation> train_run(const FeatureOptions& f, const fs::path& out, bool force) {
  const Device device = f.common.prepare();
  expect_new_run(out, force);
  const FeatureTable table = load_feature_table(f.data);
  const ThreeWaySplit split = split_of(f, table);
  const FeatureRecipe recipe = f.recipe(device);
  FeatureClassifiers classifier = build_classifiers(table, {split}, recipe);
  begin_run(f, out, force, table, split, classifier.scalers[0]);

  const std::stop_token stop = stop_on_interrupt();
  const History history = fit(classifier, f, out, table, split, recipe, stop);
  if (stop.stop_requested()) {
    std::cerr << "tutti: stopped; " << out.string() << " holds the state after epoch "
              << history.size() << '\n';
    return std::nullopt;
  }

  const auto& rows = split.test.empty() ? split.train : split.test;
  const Tensor scores =
      Tensor::from({1, static_cast<std::int64_t>(rows.size()), classifier.model.classes()},
                   classifier.predict(0, table, rows));
  const Evaluation evaluation =
      evaluate(scores, labels_of(table.labels, rows), table.classes, "songs");
  write_metrics(out, evaluation.metrics, to_json(evaluation), title_of(f) + " on the test set");
  return evaluation;
}

}  // namespace tutti
