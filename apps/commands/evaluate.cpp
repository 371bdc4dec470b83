#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>

#include "apps/common.h"
#include "apps/ensemble_report.h"
#include "apps/feature_options.h"
#include "apps/progress.h"
#include "apps/run_directory.h"
#include "apps/song_model.h"
#include "datasets/spectrogram_tree.h"
#include "kernels/support/error.h"
#include "reports/metrics_json.h"
#include "reports/metrics_table.h"

namespace tutti {
namespace {

using nlohmann::json;

struct EvaluateOptions {
  CommonOptions common;
  std::string run, data, split = "auto", vote = "mean";
  std::vector<std::string> classes;
  bool skip_bad = false;
};

/// Labels of other data as numbers of the run's classes.
std::vector<std::int32_t> labels_in(const std::vector<std::string>& classes,
                                    const std::vector<std::string>& genres,
                                    std::vector<std::int32_t> labels) {
  std::vector<std::int32_t> number;
  for (const auto& genre : genres) {
    const auto found = std::find(classes.begin(), classes.end(), genre);
    if (found == classes.end()) {
      std::string known;
      for (const auto& name : classes) known += (known.empty() ? "" : ", ") + name;
      throw Error("genre '", genre, "' is none that the run knows: ", known);
    }
    number.push_back(static_cast<std::int32_t>(found - classes.begin()));
  }
  for (auto& label : labels) label = number[static_cast<std::size_t>(label)];
  return labels;
}

/// The rows of the part asked for, of examples by their names in split.csv. An ensemble's one
/// held-out part serves for validation and for test.
std::vector<std::int32_t> rows_of(const EvaluateOptions& o, const json& run,
                                  const std::string& fingerprint,
                                  const std::vector<std::string>& names) {
  const bool own_data = run.at("data").at("fingerprint") == fingerprint;
  std::string part = o.split != "auto" ? o.split : own_data ? "test" : "all";
  std::vector<std::int32_t> rows;
  if (part == "all") {
    rows.resize(names.size());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  if (!own_data)
    throw Error(o.data, ": is not the data that ", o.run, " was trained on, so it has no ", part,
                " part; use --split all");
  if (part == "validation" && run.at("model") == "ensemble") part = "test";
  const auto parts = read_parts(o.run);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = parts.find(names[i]);
    if (found == parts.end()) throw Error(o.run, "/split.csv: does not say the part of ", names[i]);
    if (found->second == part) rows.push_back(static_cast<std::int32_t>(i));
  }
  if (rows.empty()) throw Error(o.run, ": has no ", part, " part");
  return rows;
}

int evaluate_ensemble(const EvaluateOptions& o, const json& run, Device device) {
  const Ensemble ensemble = Ensemble::load_model(o.run, device);
  expect_same_pictures(o.run, run, o.data);
  ProgressBar bar("reading ", "pictures", o.common.quiet);
  const SpectrogramTree tree = load_spectrogram_tree(
      o.data, o.skip_bad, [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  const auto classes = classes_of(run).empty() ? tree.genres : classes_of(run);
  expect_classes(o.run, ensemble, classes);
  std::vector<std::string> names;
  for (const auto& path : tree.pictures.paths) names.push_back(path.generic_string());
  const Examples examples(tree.pictures.pixels, labels_in(classes, tree.genres, tree.labels),
                          rows_of(o, run, tree.pictures.fingerprint, names));
  EnsembleReport report = judge(ensemble, examples, classes, vote_named(o.vote));
  if (run.contains("out_of_bag_accuracy") && run["out_of_bag_accuracy"].is_number())
    report.out_of_bag_accuracy = run["out_of_bag_accuracy"].get<double>();
  if (o.common.json)
    std::cout << to_json(report).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  else
    std::cout << to_text(report);
  return done;
}

int evaluate_features(const EvaluateOptions& o, const json& run, Device device) {
  const FeatureClassifiers classifier = load_classifier(o.run, run, device);
  const auto classes = classes_of(run);
  expect_same_features(o.run, run, o.data);
  FeatureTable table = load_feature_table(o.data);
  const auto labels = labels_in(classes, table.classes, table.labels);
  const auto rows = rows_of(o, run, table.fingerprint, table.names);
  const Metrics metrics =
      measure(classifier.predict(0, table, rows), labels_of(labels, rows), classes);
  if (o.common.json)
    std::cout << to_json(metrics).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  else
    std::cout << "accuracy " << metrics.accuracy << " of " << metrics.examples() << " songs, loss "
              << metrics.loss << "\n\n"
              << class_table(metrics) << '\n'
              << confusion_table(metrics);
  return done;
}

int evaluate(const EvaluateOptions& o) {
  const Device device = o.common.prepare();
  const json run = read_run(o.run, o.classes);
  return run.at("model") == "ensemble" ? evaluate_ensemble(o, run, device)
                                       : evaluate_features(o, run, device);
}

}  // namespace

void add_evaluate(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("evaluate", "Accuracy, rates and confusion matrix of a trained run");
  const auto o = std::make_shared<EvaluateOptions>();
  command->add_option("RUN", o->run, "The folder of a run, or of Keras files that make an ensemble")
      ->required();
  add_classes_to(*command, o->classes, "the folders of --data, by name");
  command
      ->add_option("--data", o->data,
                   "The data: a tree GENRES_DIR/<genre>/*.png for an ensemble, a table "
                   "FEATURES.csv for an LSTM or RNN")
      ->required()
      ->type_name("PATH");
  command
      ->add_option("--split", o->split,
                   "The part to judge: test, validation (an ensemble's is its test part), train or "
                   "all; auto is "
                   "test on the "
                   "run's own data and all on other data")
      ->check(CLI::IsMember({"auto", "test", "validation", "train", "all"}))
      ->capture_default_str();
  command->add_option("--vote", o->vote, "How members vote: mean (of probabilities) or majority")
      ->check(CLI::IsMember({"mean", "majority"}))
      ->capture_default_str();
  command->add_flag("--skip-bad", o->skip_bad, "Leave out pictures that cannot be read");
  o->common.add_to(*command);
  command->callback([o, &status] { status = evaluate(*o); });
}

}  // namespace tutti
