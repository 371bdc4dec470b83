#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/epoch_lines.h"
#include "apps/feature_options.h"
#include "apps/run_directory.h"
#include "datasets/song_table.h"
#include "kernels/support/error.h"
#include "models/keras/layers.h"
#include "reports/metrics_json.h"
#include "reports/metrics_table.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct TrainFeaturesOptions {
  explicit TrainFeaturesOptions(FeatureModel model) : features(model) {}
  FeatureOptions features;
  std::string out;
  bool force = false;
};

/// The version of librosa whose numbers the table holds; the published ones do not say it.
LibrosaVersion librosa_version_of(const FeatureOptions& f) {
  if (f.compat != "auto") return librosa_version_named(f.compat);
  return librosa_version_of_table(f.data).value_or(LibrosaVersion::v0_6);
}

json describe_run(const FeatureOptions& f, const FeatureTable& table, const Scaler& scaler,
                  LibrosaVersion compat, Device device) {
  const std::string model = name(f.model);
  json preprocessing = to_json(scaler, f.scaling);
  preprocessing["compat"] = name(compat);
  return {{"model", model},
          {"command", "train " + model},
          {"options", f.to_json()},
          {"seed", f.seed},
          {"device", name(device)},
          {"versions", {{"tutti", TUTTI_VERSION}}},
          {"data",
           {{"path", fs::absolute(f.data).lexically_normal().string()},
            {"songs", table.labels.size()},
            {"fingerprint", table.fingerprint}}},
          {"classes", table.classes},
          {"preprocessing", preprocessing}};
}

std::vector<SplitRow> split_rows(const FeatureTable& table, const ThreeWaySplit& split) {
  std::vector<SplitRow> rows;
  for (std::size_t i = 0; i < table.labels.size(); ++i)
    rows.push_back(
        {table.names[i], table.classes[static_cast<std::size_t>(table.labels[i])], "train"});
  for (const auto row : split.validation) rows[static_cast<std::size_t>(row)].part = "validation";
  for (const auto row : split.test) rows[static_cast<std::size_t>(row)].part = "test";
  return rows;
}

}  // namespace

std::optional<Metrics> train_run(const FeatureOptions& f, const fs::path& out, bool force) {
  const Device device = f.common.prepare();
  expect_new_run(out, force);
  const FeatureTable table = load_feature_table(f.data);
  const LibrosaVersion compat = librosa_version_of(f);
  const ThreeWaySplit split =
      split_stratified(table.labels, table.classes, f.test, f.validation, f.seed);
  if (f.batch > static_cast<int>(split.train.size()))
    throw Error("--batch ", f.batch, ": there are ", split.train.size(),
                " songs to train on; choose at most that");
  const Scaler scaler = fit_scaler(f.recipe(device).scaling, table.values, split.train);
  for (const auto& column : scaler.constant_columns(feature_names()))
    std::cerr << "tutti: warning: the column " << column << " holds one value only\n";

  prepare_run(out, force);
  write_json(out / "run.json", describe_run(f, table, scaler, compat, device));
  write_split(out, split_rows(table, split));
  if (!f.common.quiet)
    std::cerr << table.labels.size() << " songs of " << table.classes.size()
              << " genres: " << split.train.size() << " to train, " << split.validation.size()
              << " to validate, " << split.test.size() << " to test\n";

  const FeatureRecipe recipe = f.recipe(device);
  const std::string title =
      f.model == FeatureModel::lstm ? "LSTM classifier" : "Simple RNN classifier";
  EpochLines lines(f.epochs, static_cast<std::int64_t>(split.train.size()), "songs",
                   f.common.quiet);
  FeatureClassifiers classifier = build_classifiers(table, {split}, recipe);
  const auto save = [&] {
    KerasAdam adam{f.learning_rate};
    if (!classifier.optimizer.empty()) adam.state = classifier.optimizer[0];
    write_keras_file(out / "model.h5", to_keras(classifier.model, 0, adam));
  };
  save();
  const std::stop_token stop = stop_on_interrupt();
  History history;
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
  write_curves(out, history, title);
  if (stop.stop_requested()) {
    std::cerr << "tutti: stopped; " << out.string() << " holds the state after epoch "
              << history.size() << '\n';
    return std::nullopt;
  }

  const auto& judged = split.test.empty() ? split.train : split.test;
  const Metrics metrics =
      measure(classifier.predict(0, table, judged), labels_of(table.labels, judged), table.classes);
  write_metrics(out, metrics, to_json(metrics), title + " on the test set");
  return metrics;
}

namespace {

int train_features(const TrainFeaturesOptions& o) {
  const auto metrics = train_run(o.features, o.out, o.force);
  if (!metrics) return interrupted;
  if (o.features.common.json)
    std::cout << to_json(*metrics).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  else
    std::cout << "accuracy " << metrics->accuracy << " of " << metrics->examples()
              << " songs, loss " << metrics->loss << "\n\n"
              << class_table(*metrics) << '\n'
              << confusion_table(*metrics) << "\nThe run is in " << o.out
              << ": model.h5, confusion.png, accuracy.png, loss.png\n";
  return done;
}

void add_command(CLI::App& train, FeatureModel model, const char* description, int& status) {
  auto* command = train.add_subcommand(name(model), description);
  const auto o = std::make_shared<TrainFeaturesOptions>(model);
  o->features.add_to(*command);
  command->add_option("--out", o->out, "Folder for the run: model, history, metrics, pictures")
      ->required()
      ->type_name("RUN");
  command
      ->add_option(
          "--compat", o->features.compat,
          "The version of librosa that made the features, for predicting songs: 0.6, 0.11, "
          "or auto: what FEATURES.csv.json says, else 0.6 as of the published tables")
      ->check(CLI::IsMember({"auto", "0.6", "0.11"}))
      ->capture_default_str();
  command
      ->add_option(
          "--from", o->features.from,
          "Go on from the network, the weights and, where it holds it, the Adam of a Keras "
          "file, instead of a new network")
      ->type_name("FILE");
  command->add_flag("--force", o->force, "Replace a run that is already in RUN");
  command->callback([o, &status] { status = train_features(*o); });
}

}  // namespace

void add_train_features(CLI::App& train, int& status) {
  add_command(train, FeatureModel::lstm,
              "A 3-layer LSTM classifier on a table of 28 features a song", status);
  add_command(train, FeatureModel::rnn, "The simple RNN before it, on the same table", status);
}

}  // namespace tutti
