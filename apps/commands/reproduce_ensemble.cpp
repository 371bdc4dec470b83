#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/evaluation.h"
#include "apps/reproduction.h"
#include "apps/training/ensemble_options.h"
#include "apps/training/epoch_lines.h"
#include "models/ensemble.h"
#include "reports/metrics_table.h"

namespace tutti {
namespace {

using nlohmann::json;

struct ReproduceEnsembleOptions {
  EnsembleOptions ensemble;
  SplitCount count{.seeds = 5};
};

/// An ensemble trained on one split, and what it makes of its test part.
Evaluation trained_on(const ThreeWaySplit& split, const SpectrogramTree& tree,
                      const EnsembleOptions& o, Device device, std::uint64_t seed) {
  const Examples training(tree.pictures.pixels, tree.labels, split.train);
  const Examples test(tree.pictures.pixels, tree.labels, split.test);
  Ensemble ensemble(o.members, {}, std::ssize(tree.genres));
  EpochLines lines(o.epochs, bootstrap_size(o.bootstrap, training.size()), "pictures",
                   o.common.quiet);
  ensemble.fit(training, test,
               {.bootstrap_percent = o.bootstrap,
                .batch_size = o.batch,
                .epochs = o.epochs,
                .learning_rate = o.learning_rate,
                .seed = seed,
                .normalization = o.normalize,
                .device = device},
               {}, {.on_step = [&](int epoch, std::int64_t step, std::int64_t steps) {
                 lines.step(epoch, step, steps);
               }});
  const Tensor scores = ensemble.predict_classifiers(test.x, test.rows).scores;
  Evaluation evaluation = evaluate(scores, mean_probabilities(scores), test.row_labels(),
                                   tree.genres, "pictures", o.vote);
  evaluation.out_of_bag_accuracy = ensemble.out_of_bag_accuracy(training);
  return evaluation;
}

/// Of the members and the vote of each split; out of bag only if every split has it.
std::vector<ReproducedFigure> figures_of(const std::vector<Evaluation>& evaluations,
                                         const std::vector<Metrics>& tests) {
  ReproducedFigure member{"member accuracy", {}, {}}, bag{"out-of-bag accuracy", {}, {}};
  for (const auto& evaluation : evaluations) {
    member.values.push_back(ReproducedFigure{"", evaluation.members, {}}.mean());
    if (evaluation.out_of_bag_accuracy) bag.values.push_back(*evaluation.out_of_bag_accuracy);
  }
  auto figures = figures_of(tests);
  figures.insert(figures.begin(), member);
  if (bag.values.size() == evaluations.size()) figures.insert(figures.begin() + 1, bag);
  return figures;
}

int reproduce_ensemble(const ReproduceEnsembleOptions& o) {
  const EnsembleOptions& e = o.ensemble;
  const Device device = e.common.prepare();
  const SpectrogramTree tree = load_pictures(e);
  const auto names = names_of(tree.pictures.paths);
  const auto splits = splits_of(o.count, e.split, {names, tree.labels, tree.genres},
                                1 - e.train_fraction, 0, e.seed);
  std::vector<Evaluation> evaluations;
  std::vector<Metrics> tests;
  for (std::size_t s = 0; s < splits.size(); ++s) {
    if (!e.common.quiet) std::cerr << "split " << s + 1 << " of " << splits.size() << '\n';
    evaluations.push_back(trained_on(splits[s], tree, e, device, e.seed + s));
    tests.push_back(evaluations.back().metrics);
  }
  const auto figures = figures_of(evaluations, tests);
  const Metrics all = pool(tests);
  if (e.common.json) {
    std::cout << to_json(figures, all).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return done;
  }
  std::cout << splits.size() << ' ' << o.count.unit() << " of " << splits[0].train.size() << " / "
            << splits[0].test.size() << " pictures to train and test on, " << e.members
            << " members. Test accuracy is the vote's;\nout of bag, members vote on training "
               "pictures outside their samples.\n\n";
  print_figures(figures, false);
  std::cout << "\nAll test sets pooled:\n\n" << confusion_table(all);
  return done;
}

}  // namespace

void add_reproduce_ensemble(CLI::App& parent, int& status) {
  auto* command = parent.add_subcommand("ensemble", "The bagged ensemble of CNNs, by its recipe");
  const auto o = std::make_shared<ReproduceEnsembleOptions>();
  o->ensemble.add_to(*command);
  o->count.add_to(*command);
  command->callback([o, &status] { status = reproduce_ensemble(*o); });
}

}  // namespace tutti
