#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/training/feature_training.h"

namespace tutti {
namespace {

using nlohmann::json;

struct TrainFeaturesOptions {
  explicit TrainFeaturesOptions(FeatureModel model) : features(model) {}
  FeatureOptions features;
  RunOptions run;
};

int train_features(const TrainFeaturesOptions& o) {
  const auto evaluation = train_run(o.features, o.run);
  if (!evaluation) return interrupted;
  if (o.features.common.json)
    std::cout << to_json(*evaluation).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  else
    std::cout << to_text(*evaluation) << "\nThe run is in " << o.run.out.string()
              << ": report.html, predictions.csv, model.h5\n";
  return done;
}

void add_train_command(CLI::App& train, FeatureModel model, const char* description, int& status) {
  auto* command = train.add_subcommand(name(model), description);
  const auto o = std::make_shared<TrainFeaturesOptions>(model);
  o->features.add_to(*command);
  o->run.add_to(*command, "model");
  add_words(*command, "--compat", o->features.librosa_version,
            "The version of librosa that made the features, for predicting songs: 0.6, 0.11, or "
            "auto: what FEATURES.csv.json says, else 0.6 as of the published tables");
  command
      ->add_option(
          "--from", o->features.from,
          "Go on from the network, the weights and, where it holds it, the Adam of a Keras "
          "file, instead of a new network")
      ->type_name("FILE");
  command->callback([o, &status] { status = train_features(*o); });
}

}  // namespace

void add_train_features(CLI::App& train, int& status) {
  add_train_command(train, FeatureModel::lstm,
                    "A 3-layer LSTM classifier on a table of 28 features per song", status);
  add_train_command(train, FeatureModel::rnn, "The simple RNN before it, on the same table",
                    status);
}

}  // namespace tutti
