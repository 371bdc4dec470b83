#include <algorithm>
#include <csignal>
#include <memory>

#include "apps/search/search.h"
#include "apps/training/feature_training.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "models/feature_trials.h"

namespace tutti {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct TuneFeaturesOptions {
  explicit TuneFeaturesOptions(FeatureModel model) : features(model) {}
  FeatureOptions features;
  SearchOptions search;
  int folds = 0;
};

/// The original's space for the LSTM: two LSTM layers and perhaps one more, one to three dense.
ordered_json original_space(FeatureModel model) {
  const ordered_json rate = {{"type", "float"}, {"low", 1e-5}, {"high", 1e-2}, {"log", true}};
  if (model == FeatureModel::rnn)
    return {{"lr", rate}, {"batch", {{"type", "categorical"}, {"choices", {8, 16, 32}}}}};
  return {{"units", {{"type", "int"}, {"low", 32}, {"high", 125}}},
          {"lr", rate},
          {"layers", {{"type", "int"}, {"low", 2}, {"high", 3}}},
          {"dense_layers", {{"type", "int"}, {"low", 1}, {"high", 3}}},
          {"dense", {{"type", "int"}, {"low", 32}, {"high", 512}}}};
}

std::vector<Tunable> feature_tunables(FeatureModel model) {
  std::vector<Tunable> known = {{"lr", false, 1e-12}, {"batch", true, 1}};
  if (model == FeatureModel::lstm)
    known.insert(
        known.end(),
        {{"units", true, 1}, {"layers", true, 1}, {"dense", true, 1}, {"dense_layers", true, 0}});
  return known;
}

/// The options with a trial's values in their places.
FeatureOptions with(FeatureOptions options, const Params& params, const Space& space) {
  for (const auto& [name, inner] : params) {
    const double value = external(space.find(name)->distribution, inner);
    const auto whole = static_cast<std::int64_t>(value);
    if (name == "lr") options.learning_rate = value;
    if (name == "batch") options.batch = static_cast<int>(whole);
    if (name == "units") options.lstm.units = whole;
    if (name == "layers") options.lstm.layers = whole;
    if (name == "dense") options.lstm.dense = whole;
    if (name == "dense_layers") options.lstm.dense_layers = whole;
  }
  return options;
}

/// The split of `train`; or folds of all that is not tested on.
std::vector<ThreeWaySplit> splits_of(const FeatureOptions& f, int folds,
                                     const FeatureTable& table) {
  const SplitData data{table.names, table.labels, table.classes};
  if (folds == 0) return {split_by(f.split, data, f.test, f.validation, f.seed)};
  const auto rest = split_by(f.split, data, f.test, 0, f.seed).train;
  std::vector<ThreeWaySplit> splits;
  for (const auto& [train, validation] : folds_by(f.split, data, rest, folds, f.seed))
    splits.push_back({train, validation, {}});
  equalize(splits, f.seed);
  return splits;
}

/// Trials under way, each on one of the world's processes: what all of them do when the root calls.
class SharedTrials {
 public:
  SharedTrials(FeatureTrials& trials, const FeatureOptions& options, const Space& space,
               Device device, std::stop_token stop)
      : trials_(trials),
        options_(options),
        space_(space),
        device_(device),
        stop_(std::move(stop)) {}

  void add_to(Calls& calls) {
    calls.add("epoch", [this](Message& said) { epoch(said); });
  }

  /// Trains every trial an epoch further, and ends those that need no more.
  void train(std::vector<TrialRun>& runs, const Calls& calls) {
    std::vector<std::int64_t> begun;
    std::vector<Params> params;
    for (const auto& run : runs)
      if (run.history().empty()) {
        begun.push_back(run.trial().number);
        params.push_back(run.trial().params);
      }
    calls.call("epoch", Message::of(std::exchange(ended_, {}), begun, params));
    for (const auto& [number, splits, error] : results_) {
      auto& run = *std::find_if(runs.begin(), runs.end(), [n = number](const TrialRun& one) {
        return one.trial().number == n;
      });
      const bool goes_on = error.empty() && run.report(splits) &&
                           run.history().size() < static_cast<std::size_t>(options_.epochs);
      if (goes_on) continue;
      run.finish(error);
      ended_.push_back(number);
    }
  }

 private:
  static bool is_here(std::int64_t trial) { return trial % world().size() == world().rank(); }

  void epoch(Message& said) {
    std::vector<std::int64_t> ended, begun;
    std::vector<Params> params;
    said.read(ended, begun, params);
    for (const auto trial : ended)
      if (is_here(trial)) trials_.end(trial);
    for (std::size_t i = 0; i < begun.size(); ++i)
      if (is_here(begun[i]))
        trials_.start(begun[i], with(options_, params[i], space_).recipe(device_));
    results_.clear();
    for (const auto& part : world().all_gather(Message::of(trials_.epoch())))
      for (auto& result : Message(part).get<std::vector<FeatureTrials::Epoch>>())
        results_.push_back(std::move(result));
    if (any_stopped(stop_) && !stop_.stop_requested()) std::raise(SIGTERM);
  }

  FeatureTrials& trials_;
  const FeatureOptions& options_;
  const Space& space_;
  Device device_;
  std::stop_token stop_;
  std::vector<std::int64_t> ended_;            // since the last epoch
  std::vector<FeatureTrials::Epoch> results_;  // of all processes
};

int tune_features(const TuneFeaturesOptions& o) {
  const FeatureOptions& f = o.features;
  const Device device = f.common.prepare();
  const Space space = o.search.space(original_space(f.model), feature_tunables(f.model));
  const FeatureTable table = load_feature_table(f.data);
  const auto splits = splits_of(f, o.folds, table);
  if (splits[0].validation.empty())
    throw Error(
        "there are no songs to rank trials by; choose a --validation above 0, or a split with "
        "a part for it");
  Search search{.model = name(f.model),
                .space = space,
                .settings = {},
                .seed = f.seed,
                .common = f.common,
                .train = {},
                .train_best = {}};
  search.settings = {{"model", name(f.model)},   {"objective", name(o.search.objective)},
                     {"folds", o.folds},         {"space", json(to_json(space))},
                     {"options", f.to_json()},   {"seed", f.seed},
                     {"data", table.fingerprint}};
  FeatureTrials trials(table, splits, f.recipe(device).scaling, device, stop_on_interrupt());
  SharedTrials shared(trials, f, space, device, stop_on_interrupt());
  shared.add_to(search.calls);
  search.train = [&](std::vector<TrialRun>& runs) { shared.train(runs, search.calls); };
  search.train_best = [&](const Params& params) {
    FeatureOptions best = with(f, params, space);
    best.common.quiet = true;
    const auto evaluation = train_run(best, {.out = o.search.out, .force = true, .wait = true});
    return evaluation ? to_json(*evaluation) : json();
  };
  return run_search(o.search, search);
}

void add_tune_command(CLI::App& parent, FeatureModel model, const char* description, int& status) {
  auto* command = parent.add_subcommand(name(model), description);
  const auto o = std::make_shared<TuneFeaturesOptions>(model);
  o->search.add_to(*command);
  command
      ->add_option("--folds", o->folds,
                   "Rank by the mean over this many folds of the songs not tested on; 0 does not")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  o->features.add_to(*command);
  command->callback([o, &status] { status = tune_features(*o); });
}

}  // namespace

void add_tune_features(CLI::App& tune, int& status) {
  add_tune_command(tune, FeatureModel::lstm,
                   "The LSTM classifier: units, layers, dense units and layers, learning rate",
                   status);
  add_tune_command(tune, FeatureModel::rnn, "The simple RNN: learning rate and batch", status);
}

}  // namespace tutti
