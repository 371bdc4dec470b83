#include "apps/training/feature_training.h"

#include <iostream>

#include "apps/run_directory.h"
#include "apps/training/epoch_lines.h"
#include "datasets/song_table.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "models/keras/layers.h"
#include "models/run/checkpoint.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
/// The version of librosa whose numbers the table holds; the published ones do not say it.
LibrosaVersion librosa_version_of(const FeatureOptions& f) {
  if (f.librosa_version) return *f.librosa_version;
  return librosa_version_of_table(f.data).value_or(LibrosaVersion::v0_6);
}

RunFile run_file(const FeatureOptions& f, const fs::path& out, const FeatureTable& table,
                 const Scaler& scaler) {
  RunFile file;
  file.folder = out;
  file.kind = from_name<ModelKind>(name(f.model));
  file.classes = table.classes;
  file.fingerprint = table.fingerprint;
  file.preprocessing = to_json(FeaturePreprocessing{f.scaling, scaler, librosa_version_of(f)});
  return file;
}

TrainingRecord record(const FeatureOptions& f, const FeatureTable& table, Device device) {
  return {
      f.to_json(),
      f.seed,
      device,
      {{"path", fs::absolute(f.data).lexically_normal().string()}, {"songs", table.labels.size()}}};
}

std::string title_of(const FeatureOptions& f) {
  return f.model == FeatureModel::lstm ? "LSTM classifier" : "Simple RNN classifier";
}

ThreeWaySplit split_of(const FeatureOptions& f, const FeatureTable& table) {
  return split_by(f.split, {table.names, table.labels, table.classes}, f.test, f.validation,
                  f.seed);
}

void print_parts(const FeatureOptions& f, const FeatureTable& table, const ThreeWaySplit& split,
                 const Scaler& scaler) {
  for (const auto& column : scaler.constant_columns(feature_names()))
    std::cerr << "tutti: warning: the column " << column << " holds one value only\n";
  if (!f.common.quiet)
    std::cerr << table.labels.size() << " songs of " << table.classes.size()
              << " genres: " << split.train.size() << " to train, " << split.validation.size()
              << " to validate, " << split.test.size() << " to test\n";
}

/// Trains; returns the finished epochs.
History fit(FeatureClassifiers& classifier, const FeatureOptions& f, const FeatureTable& table,
            const ThreeWaySplit& split, const RunFolder& run, const RunFile& file,
            const TrainingRecord& training, std::int64_t shards, const std::stop_token& stop) {
  const auto save = [&] {
    if (!run.writes()) return;
    KerasOptimizer optimizer{
        f.learning_rate, {}, classifier.optimizer_options.value_or(AdamOptions{})};
    if (!classifier.optimizer.empty()) optimizer.state = classifier.optimizer[0];
    write_keras_file(file.folder / "model.h5", to_keras(classifier.model, 0, optimizer));
  };
  const auto checkpoint = run.checkpoint(file, training);
  EpochLines lines(f.epochs, static_cast<std::int64_t>(split.train.size()), "songs",
                   f.common.quiet);
  History history;
  if (checkpoint) {
    history = checkpoint->history;
    lines.resumed(history);
  } else {
    run.begin(file, training, split_rows(table.names, table.labels, table.classes, split));
    save();
  }
  TrainObserver observer{.on_step = [&](int epoch, std::int64_t step,
                                        std::int64_t steps) { lines.step(epoch, step, steps); },
                         .on_epoch =
                             [&](int epoch, const std::vector<EpochResult>& members) {
                               history.push_back(members);
                               lines.epoch(epoch, members);
                             }};
  run.keep_checkpoints(observer);
  run.log_epochs(observer, history);
  try {
    FeatureRecipe recipe = f.recipe(training.device);
    recipe.training.shards = shards;
    train_classifiers(classifier, table, {split}, recipe, stop, observer,
                      checkpoint ? &*checkpoint : nullptr);
  } catch (const Diverged&) {
    if (run.writes() && restore_checkpoint(file.folder, classifier.model)) save();
    throw;
  }
  save();
  if (run.writes()) write_curves(file.folder, history, title_of(f));
  return history;
}

}  // namespace

std::optional<Evaluation> train_run(const FeatureOptions& f, const RunOptions& options) {
  const Device device = f.common.prepare();
  const RunFolder run(options);
  const FeatureTable table = load_feature_table(f.data);
  const ThreeWaySplit split = split_of(f, table);
  FeatureClassifiers classifier = build_classifiers(table, {split}, f.recipe(device));
  print_parts(f, table, split, classifier.scalers[0]);

  const RunFile file = run_file(f, options.out, table, classifier.scalers[0]);
  const TrainingRecord training = record(f, table, device);
  const std::stop_token stop = stop_on_interrupt();
  const History history =
      fit(classifier, f, table, split, run, file, training, options.shards_or_none(), stop);
  const bool stopped = any_stopped(stop);
  if (!run.writes()) return std::nullopt;
  if (stopped) {
    print_stopped(options.out, history);
    return std::nullopt;
  }

  const auto& rows = split.test.empty() ? split.train : split.test;
  const Tensor scores =
      Tensor::from({1, static_cast<std::int64_t>(rows.size()), classifier.model.classes()},
                   classifier.predict(0, table, rows));
  const Evaluation evaluation = evaluate(scores, mean_probabilities(scores),
                                         labels_of(table.labels, rows), table.classes, "songs");
  write_metrics(options.out, evaluation, at_rows(table.names, rows),
                title_of(f) + " on the test set");
  run.end(file, training);
  return evaluation;
}

}  // namespace tutti
