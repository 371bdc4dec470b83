#include <memory>

#include "apps/search/search.h"
#include "apps/training/ensemble_training.h"
#include "datasets/split.h"
#include "kernels/support/error.h"
#include "models/ensemble.h"

namespace tutti {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double validation_share = 0.1;  // of the training pictures, to rank trials by

struct TuneEnsembleOptions {
  EnsembleOptions ensemble;
  SearchOptions search;
};

const ordered_json default_space = {
    {"lr", {{"type", "float"}, {"low", 1e-5}, {"high", 1e-3}, {"log", true}}},
    {"batch", {{"type", "categorical"}, {"choices", {16, 32, 64}}}},
    {"bootstrap", {{"type", "float"}, {"low", 0.5}, {"high", 1.0}, {"step", 0.1}}}};

/// A bootstrap sample holds a picture or more.
std::vector<Tunable> tunables_for(std::size_t training_pictures) {
  const double one_picture = (1 - 1e-6) / static_cast<double>(training_pictures);
  return {{"lr", false, 1e-12},
          {"batch", true, 1},
          {"bootstrap", false, one_picture},
          {"members", true, 1}};
}

/// The options with a trial's values in their places.
EnsembleOptions with(EnsembleOptions options, const Params& params, const Space& space) {
  for (const auto& [name, inner] : params) {
    const double value = external(space.find(name)->distribution, inner);
    if (name == "lr") options.learning_rate = value;
    if (name == "batch") options.batch = static_cast<int>(value);
    if (name == "bootstrap") options.bootstrap = value;
    if (name == "members") options.members = static_cast<std::int64_t>(value);
  }
  return options;
}

/// Trains a trial's ensemble, which is not kept; `run` is the root's.
void train_trial(TrialRun* run, const EnsembleOptions& o, const SpectrogramTree& tree,
                 const ThreeWaySplit& split, Device device, const std::stop_token& stop) {
  const Examples training(tree.pictures.pixels, tree.labels, split.train);
  const Examples validation(tree.pictures.pixels, tree.labels, split.validation);
  Ensemble ensemble(o.members, {}, static_cast<std::int64_t>(tree.genres.size()));
  std::stop_source ended;
  const std::stop_callback interrupted(stop, [&] { ended.request_stop(); });
  std::string error;
  int epochs = 0;
  try {
    ensemble.fit(training, validation,
                 {.bootstrap_percent = o.bootstrap,
                  .batch_size = o.batch,
                  .epochs = o.epochs,
                  .learning_rate = o.learning_rate,
                  .seed = o.seed,
                  .normalization = o.normalize,
                  .device = device},
                 ended.get_token(),
                 {.on_epoch = [&](int epoch, const std::vector<EpochResult>& members) {
                   epochs = epoch;
                   if (!run->report(members)) ended.request_stop();
                 }});
  } catch (const Diverged& problem) {
    error = problem.what();
  }
  if (run && (!error.empty() || epochs == o.epochs || run->trial().state == TrialState::pruned))
    run->finish(error);
}

/// What must not change between the processes of a study.
json settings_of(const TuneEnsembleOptions& o, const Space& space, const std::string& fingerprint) {
  const auto& e = o.ensemble;
  return {{"model", "ensemble"},
          {"objective", name(o.search.objective)},
          {"space", json(to_json(space))},
          {"options",
           {{"members", e.members},
            {"epochs", e.epochs},
            {"batch", e.batch},
            {"lr", e.learning_rate},
            {"bootstrap", e.bootstrap},
            {"normalize", name(e.normalize)},
            {"train_fraction", e.train_fraction},
            {"split", name(e.split)}}},
          {"seed", e.seed},
          {"data", fingerprint}};
}

int tune_ensemble(const TuneEnsembleOptions& o) {
  const Device device = o.ensemble.common.prepare();
  const SpectrogramTree tree = load_pictures(o.ensemble);
  const auto& e = o.ensemble;
  const ThreeWaySplit split = split_pictures(e, tree, validation_share);
  if (split.validation.empty())
    throw Error(name(e.split), ": has no part to rank trials by; use files:TRAIN,VALIDATION,TEST");
  const Space space = o.search.space(default_space, tunables_for(split.train.size()));

  Search search{.model = "ensemble",
                .space = space,
                .settings = settings_of(o, space, tree.pictures.fingerprint),
                .seed = e.seed,
                .common = e.common,
                .train = {},
                .train_best = {}};
  const std::stop_token stop = stop_on_interrupt();
  TrialRun* trained = nullptr;
  search.calls.add("trial", [&](Message& params) {
    train_trial(trained, with(e, params.get<Params>(), space), tree, split, device, stop);
  });
  search.train = [&](std::vector<TrialRun>& runs) {
    for (auto& run : runs)
      if (!stop.stop_requested()) {
        trained = &run;
        search.calls.call("trial", Message::of(run.trial().params));
      }
  };
  search.train_best = [&](const Params& params) {
    EnsembleOptions best = with(e, params, space);
    best.run = {.out = o.search.out, .force = true, .wait = true};
    best.common.quiet = true;
    const auto evaluation = train_run(best);
    return evaluation ? to_json(*evaluation) : json();
  };
  return run_search(o.search, search);
}

}  // namespace

void add_tune_ensemble(CLI::App& parent, int& status) {
  auto* command = parent.add_subcommand(
      "ensemble", "The bagged ensemble of CNNs: learning rate, batch, size of the samples");
  const auto o = std::make_shared<TuneEnsembleOptions>();
  o->search.jobs = 2;
  o->search.add_to(*command);
  o->ensemble.add_to(*command);
  command->callback([o, &status] { status = tune_ensemble(*o); });
}

}  // namespace tutti
