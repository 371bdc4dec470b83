#include <chrono>
#include <iomanip>
#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/progress.h"
#include "apps/reproduction.h"
#include "apps/training/epoch_lines.h"
#include "apps/training/feature_options.h"
#include "kernels/support/error.h"
#include "models/comparison.h"
#include "models/ensemble.h"
#include "models/mel/mel_ensemble.h"
#include "models/mel/windows.h"
#include "models/vote.h"
#include "reports/metrics.h"

namespace tutti {
namespace {

using nlohmann::json;
using Rows = std::vector<std::int32_t>;

struct CompareOptions {
  CommonOptions common;
  std::string data, features;
  SplitPlan split;
  int folds = 5;
  std::int64_t members = 5;
  MelRecipe mel;
  std::uint64_t seed = 54;
  bool skip_bad = false;
};

/// A line of the table: of each fold's clips, the share that it names correctly.
struct ComparedModel : ReproducedFigure {
  explicit ComparedModel(std::string name) : ReproducedFigure{std::move(name), {}, {}} {}

  double seconds = 0;  // to train and to evaluate a fold, with all that were trained beside it
};

/// Whether a split is one of its own, which is trained on again and again with other seeds.
bool repeats(const SplitPlan& plan) { return plan.kind == SplitPlan::Kind::files; }

class Comparison {
 public:
  Comparison(const CompareOptions& o, const ComparisonData& data, Device device)
      : o_(o), data_(data), device_(device) {
    const SplitData all{data.names, data.tree.labels, data.tree.genres};
    if (repeats(o.split)) {
      const auto parts = split_by(o.split, all, data.rows, 0, 0, o.seed);
      folds_.assign(static_cast<std::size_t>(o.folds), {parts.train, parts.test});
    } else {
      folds_ = folds_by(o.split, all, data.rows, o.folds, o.seed);
    }
  }

  std::vector<ComparedModel> run() {
    if (data_.features)
      for (const auto model : {FeatureModel::rnn, FeatureModel::lstm}) add_features(model);
    add_ensemble();
    add_mel_models();
    return models_;
  }
  const std::vector<Split>& folds() const { return folds_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Of what is trained on a fold; classifiers of features draw as members of one network.
  std::uint64_t seed_of(std::size_t fold) const { return o_.seed + (repeats(o_.split) ? fold : 0); }
  Rows labels(const Rows& rows) const { return labels_of(data_.tree.labels, rows); }
  double seconds_a_fold(Clock::time_point start) const {
    return std::chrono::duration<double>(Clock::now() - start).count() /
           static_cast<double>(folds_.size());
  }
  /// A line of progress that says what is trained.
  TrainObserver progress(int epochs, std::size_t examples, const std::string& what) const {
    if (!o_.common.quiet) std::cerr << what << '\n';
    const auto lines = std::make_shared<EpochLines>(epochs, static_cast<std::int64_t>(examples),
                                                    "clips", o_.common.quiet);
    return {.on_step = [lines](int epoch, std::int64_t step, std::int64_t steps) {
      lines->step(epoch, step, steps);
    }};
  }
  double accuracy(const std::vector<float>& probabilities, const Rows& rows) const {
    return measure(probabilities, labels(rows), data_.tree.genres).accuracy;
  }
  /// The mean over members [M, n, K], each alone.
  double accuracy_alone(const Tensor& scores, const Rows& rows) const {
    double sum = 0;
    for (std::int64_t m = 0; m < scores.dim(0); ++m)
      sum += accuracy(scores.slice(m, 1).to_vector<float>(), rows);
    return sum / static_cast<double>(scores.dim(0));
  }

  void add_features(FeatureModel model) {
    std::vector<ThreeWaySplit> splits;
    for (const auto& fold : folds_) splits.push_back({fold.train, {}, fold.test});
    equalize(splits, o_.seed);
    FeatureOptions options(model);
    options.seed = o_.seed;
    const FeatureRecipe recipe = options.recipe(device_);
    const auto start = Clock::now();
    auto classifiers = build_classifiers(*data_.features, splits, recipe);
    train_classifiers(classifiers, *data_.features, splits, recipe, {},
                      progress(options.epochs, splits[0].train.size(), tutti::name(model)));
    ComparedModel line(model == FeatureModel::lstm ? "LSTM classifier, 28 features"
                                                   : "simple RNN, 28 features");
    for (std::size_t f = 0; f < folds_.size(); ++f)
      line.values.push_back(accuracy(
          classifiers.predict(static_cast<std::int64_t>(f), *data_.features, folds_[f].test),
          folds_[f].test));
    line.seconds = seconds_a_fold(start);
    models_.push_back(line);
  }

  void add_ensemble() {
    ComparedModel one("GenreCnn"), all("ensemble of " + std::to_string(o_.members) + " GenreCnns");
    const auto start = Clock::now();
    for (std::size_t f = 0; f < folds_.size(); ++f) {
      const auto& [train, test] = folds_[f];
      Ensemble ensemble(o_.members, {}, std::ssize(data_.tree.genres));
      const FitOptions options{.seed = seed_of(f), .device = device_};
      const Examples held_out(data_.pictures, data_.tree.labels, test);
      ensemble.fit({data_.pictures, data_.tree.labels, train}, held_out, options, {},
                   progress(options.epochs, train.size(), all.label));
      const Tensor scores = ensemble.predict_classifiers(data_.pictures, test).scores;
      one.values.push_back(accuracy_alone(scores, test));
      all.values.push_back(accuracy(mean_probabilities(scores), test));
    }
    one.seconds = all.seconds = seconds_a_fold(start);
    models_.insert(models_.end(), {one, all});
  }

  void add_mel_models() {
    const std::int64_t cnns = o_.mel.cnns, statistics = o_.mel.statistics;
    ComparedModel network_alone("network on 800 statistics"), cnn_alone("MelCnn"),
        all("the " + std::to_string(cnns + statistics) + " of train melcnn");
    const auto start = Clock::now();
    const Clips& clips = data_.tree.clips;
    const Tensor windows = windows_of(clips, std::max(usual_frames(clips), o_.mel.cnn.crop));
    MelRecipe recipe = o_.mel;
    recipe.device = device_;
    for (std::size_t f = 0; f < folds_.size(); ++f) {
      const auto& [train, test] = folds_[f];
      recipe.seed = seed_of(f);
      const ClipExamples training{clips, data_.tree.labels, train};
      MelEnsemble ensemble(training, windows, std::ssize(data_.tree.genres), recipe);
      ensemble.train(
          training, {clips, data_.tree.labels, {}}, windows, {},
          [&](MelNetwork kind, int epochs) { return progress(epochs, train.size(), name(kind)); });
      const Tensor scores = ensemble.score(windows, test);
      cnn_alone.values.push_back(accuracy_alone(scores.slice(0, cnns), test));
      network_alone.values.push_back(accuracy_alone(scores.slice(cnns, statistics), test));
      all.values.push_back(accuracy(mean_probabilities(scores), test));
    }
    network_alone.seconds = cnn_alone.seconds = all.seconds = seconds_a_fold(start);
    models_.insert(models_.end(), {network_alone, cnn_alone, all});
  }

  const CompareOptions& o_;
  const ComparisonData& data_;
  Device device_;
  std::vector<Split> folds_;
  std::vector<ComparedModel> models_;
};

void print(const std::vector<ComparedModel>& models) {
  std::cout << std::left << std::setw(32) << "" << std::right << std::setw(10) << "accuracy"
            << std::setw(8) << "± s.d." << std::setw(9) << "lowest" << std::setw(9) << "highest"
            << std::setw(18) << "seconds per fold\n";
  for (const auto& model : models) {
    const auto [low, high] = std::ranges::minmax(model.values);
    std::cout << std::left << std::setw(32) << model.label << std::right << std::fixed
              << std::setprecision(3) << std::setw(10) << model.mean() << std::setw(8)
              << model.standard_deviation() << std::setw(9) << low << std::setw(9) << high
              << std::setw(17) << std::setprecision(1) << model.seconds << '\n';
  }
}

/// With every clip's fold, so that others can be compared on the same: each below `tested` is
/// tested on and trained on by the others.
json to_json(const std::vector<ComparedModel>& models, std::vector<Split> folds,
             const ComparisonData& data, const SplitPlan& plan) {
  if (repeats(plan)) folds = {folds[0], {{}, folds[0].train}};
  json document = {{"models", json::array()},
                   {"clips", json::array()},
                   {"tested", repeats(plan) ? 1 : folds.size()}};
  for (const auto& model : models)
    document["models"].push_back({{"name", model.label},
                                  {"mean", model.mean()},
                                  {"deviation", model.standard_deviation()},
                                  {"folds", model.values},
                                  {"seconds_a_fold", model.seconds}});
  for (std::size_t f = 0; f < folds.size(); ++f)
    for (const auto row : folds[f].test)
      document["clips"].push_back(
          {{"name", data.names[static_cast<std::size_t>(row)]}, {"fold", f}});
  return document;
}

int compare(const CompareOptions& o) {
  const Device device = o.common.prepare();
  ProgressBar bar("reading ", "clips", o.common.quiet);
  const ComparisonData data =
      load_comparison_data(o.data, o.features, o.skip_bad,
                           [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  Comparison comparison(o, data, device);
  const auto models = comparison.run();
  if (o.common.json) {
    std::cout << to_json(models, comparison.folds(), data, o.split)
                     .dump(2, ' ', false, json::error_handler_t::replace)
              << '\n';
    return done;
  }
  if (repeats(o.split))
    std::cout << comparison.folds()[0].test.size() << " clips of " << data.tree.genres.size()
              << " genres, named by networks trained on " << comparison.folds()[0].train.size()
              << " others, " << o.folds << " times with other seeds\n\n";
  else
    std::cout << data.rows.size() << " of " << data.names.size() << " clips of "
              << data.tree.genres.size() << " genres in " << o.folds
              << " folds, each named by networks trained on the others\n\n";
  print(models);
  if (!data.features)
    std::cout << "\nWithout --features the classifiers of 28 features are left out.\n";
  return done;
}

}  // namespace

void add_compare(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("compare", "Train every model on the same folds of your music");
  const auto o = std::make_shared<CompareOptions>();
  o->mel.statistics = 2;  // as in scripts/train-pretrained
  o->mel.network.units = 64;
  command
      ->add_option("--data", o->data,
                   "A tree <genre>/* of songs or of mel pictures, or a pack of it")
      ->required()
      ->type_name("TREE");
  command
      ->add_option("--features", o->features,
                   "Where --data holds pictures, the table of their songs' 28 features")
      ->type_name("FEATURES.csv");
  add_split(*command, o->split);
  command
      ->add_option("--folds", o->folds,
                   "Number of folds, each tested on once; with --split files:…, the number of "
                   "trainings, each with its own seed")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  command->add_option("--members", o->members, "GenreCnns in the ensemble")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--seed", o->seed, "Seed of folds and of all training")
      ->capture_default_str();
  command->add_flag("--skip-bad", o->skip_bad, "Leave out what cannot be read");
  o->common.add_to(*command);
  command->callback([o, &status] { status = compare(*o); });
}

}  // namespace tutti
