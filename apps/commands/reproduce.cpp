#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/reproduction.h"
#include "apps/training/epoch_lines.h"
#include "apps/training/feature_options.h"
#include "kernels/support/error.h"
#include "reports/metrics_table.h"

namespace tutti {
namespace {

using nlohmann::json;

struct ReproduceFeaturesOptions {
  explicit ReproduceFeaturesOptions(FeatureModel model) : features(model) {}
  FeatureOptions features;
  SplitCount count{.seeds = 20};
};

int reproduce_features(const ReproduceFeaturesOptions& o) {
  const FeatureOptions& f = o.features;
  const Device device = f.common.prepare();
  const FeatureTable table = load_feature_table(f.data);
  auto splits = splits_of(o.count, f.split, {table.names, table.labels, table.classes}, f.test,
                          f.validation, f.seed);
  if (splits[0].validation.empty())
    throw Error("--validation ", f.validation,
                " leaves no songs to validate on; choose a larger share");
  equalize(splits, f.seed);
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
  std::cout << splits.size() << ' ' << o.count.unit() << " of " << splits[0].train.size() << " / "
            << splits[0].validation.size() << " / " << splits[0].test.size()
            << " songs to train, validate and test on; the report had one split\n\n";
  print_figures(figures, table.classes == std::vector<std::string>{"pop", "classical"});
  std::cout << "\nAll test sets pooled:\n\n" << confusion_table(all);
  return done;
}

void add_reproduce_command(CLI::App& parent, FeatureModel model, const char* description,
                           int& status) {
  auto* command = parent.add_subcommand(name(model), description);
  const auto o = std::make_shared<ReproduceFeaturesOptions>(model);
  o->features.add_to(*command);
  o->count.add_to(*command);
  command->callback([o, &status] { status = reproduce_features(*o); });
}

}  // namespace

void add_reproduce(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("reproduce", "Repeat a published experiment over many splits");
  command->require_subcommand(1);
  add_reproduce_ensemble(*command, status);
  add_reproduce_command(*command, FeatureModel::lstm, "The LSTM classifier's report", status);
  add_reproduce_command(*command, FeatureModel::rnn, "The simple RNN's report", status);
}

}  // namespace tutti
