#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/epoch_lines.h"
#include "apps/feature_options.h"
#include "apps/reproduction.h"
#include "kernels/support/error.h"
#include "reports/metrics_table.h"

namespace tutti {
namespace {

using nlohmann::json;

struct ReproduceOptions {
  explicit ReproduceOptions(FeatureModel model) : features(model) {}
  FeatureOptions features;
  int seeds = 20, folds = 0;
};

/// The splits to train on: N seeds of the recipe's shares, or K folds, a share of each fold's rest
/// for validation.
std::vector<ThreeWaySplit> splits_of(const ReproduceOptions& o, const FeatureTable& table) {
  const FeatureOptions& f = o.features;
  std::vector<ThreeWaySplit> splits;
  if (o.folds == 0) {
    for (int s = 0; s < o.seeds; ++s)
      splits.push_back(split_stratified(table.labels, table.classes, f.test, f.validation,
                                        f.seed + static_cast<std::uint64_t>(s)));
    return splits;
  }
  for (const auto& fold : k_folds(table.labels, table.classes, o.folds, f.seed)) {
    const auto rest = split_stratified(labels_of(table.labels, fold.train), table.classes,
                                       f.validation, 0, f.seed);
    const auto rows_of = [&](const std::vector<std::int32_t>& which) {
      return labels_of(fold.train, which);
    };
    splits.push_back({rows_of(rest.train), rows_of(rest.test), fold.test});
  }
  return splits;
}

int reproduce(const ReproduceOptions& o) {
  const FeatureOptions& f = o.features;
  const Device device = f.common.prepare();
  const FeatureTable table = load_feature_table(f.data);
  const auto splits = splits_of(o, table);
  if (splits[0].test.empty() || splits[0].validation.empty())
    throw Error("--test and --validation must leave some songs to test and to validate on");
  const FeatureRecipe recipe = f.recipe(device);
  EpochLines lines(f.epochs, static_cast<std::int64_t>(splits[0].train.size()), "songs",
                   f.common.quiet);
  FeatureClassifiers classifiers = build_classifiers(table, splits, recipe);
  const History history =
      train_classifiers(classifiers, table, splits, recipe, {},
                        {.on_step = [&](int epoch, std::int64_t step, std::int64_t steps) {
                          lines.step(epoch, step, steps);
                        }});

  std::vector<Metrics> tests;
  for (std::size_t m = 0; m < splits.size(); ++m)
    tests.push_back(
        measure(classifiers.predict(static_cast<std::int64_t>(m), table, splits[m].test),
                labels_of(table.labels, splits[m].test), table.classes));
  const auto figures = figures_of(f.model, history.back(), tests);
  const Metrics all = pool(tests);
  if (f.common.json) {
    std::cout << to_json(figures, all).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return done;
  }
  std::cout << splits.size() << (o.folds ? " folds" : " splits") << " of " << splits[0].train.size()
            << " / " << splits[0].validation.size() << " / " << splits[0].test.size()
            << " songs to train, validate and test on; the report had one split\n\n";
  print_figures(figures, table.classes == std::vector<std::string>{"pop", "classical"});
  std::cout << "\nAll test sets pooled:\n\n" << confusion_table(all);
  return done;
}

void add_command(CLI::App& parent, FeatureModel model, const char* description, int& status) {
  auto* command = parent.add_subcommand(name(model), description);
  const auto o = std::make_shared<ReproduceOptions>(model);
  o->features.add_to(*command);
  command->add_option("--seeds", o->seeds, "Splits, trained side by side")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--folds", o->folds, "Cross-validate with this many folds instead; 0 does not")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->callback([o, &status] { status = reproduce(*o); });
}

}  // namespace

void add_reproduce(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "reproduce", "A report's experiment over many splits: its numbers beside ours");
  command->require_subcommand(1);
  add_command(*command, FeatureModel::lstm, "The LSTM classifier's report", status);
  add_command(*command, FeatureModel::rnn, "The simple RNN's report", status);
}

}  // namespace tutti
