#include "apps/training/feature_options.h"

namespace tutti {
using nlohmann::json;

FeatureOptions::FeatureOptions(FeatureModel which)
    : model(which),
      epochs(which == FeatureModel::lstm ? 50 : 150),
      learning_rate(which == FeatureModel::lstm ? 0.0023916625587450248 : 1e-3) {}

void FeatureOptions::add_to(CLI::App& command) {
  command
      .add_option("--data", data, "Table of songs: filename, 28 features, label; or a pack of it")
      ->required()
      ->type_name("FEATURES.csv");
  if (model == FeatureModel::lstm) {
    command.add_option("--units", lstm.units, "Units of an LSTM layer")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command.add_option("--layers", lstm.layers, "LSTM layers")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    command.add_option("--dense", lstm.dense, "Units of a dense layer")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    command.add_option("--dense-layers", lstm.dense_layers, "Dense layers before the last")
        ->check(CLI::Range(0, 16))
        ->capture_default_str();
  }
  command.add_option("--lr", learning_rate, "Learning rate of Adam")
      ->check(above_zero)
      ->capture_default_str();
  command.add_option("--epochs", epochs, "Times through the training rows")
      ->check(above_zero)
      ->capture_default_str();
  command
      .add_option("--batch", batch, "Songs per training step, or all of them if there are fewer")
      ->check(above_zero)
      ->capture_default_str();
  command.add_option("--test", test, "Share of the songs to test on")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--validation", validation, "Share of the rest to validate on while training")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  add_split(command, split);
  add_words(
      command, "--scaling", scaling,
      "Features as numbers: minmax (0 to 1), standard (mean 0, standard deviation 1) or none; "
      "fitted on the training rows");
  command.add_option("--seed", seed, "Seed of split, weights and order")->capture_default_str();
  common.add_to(command);
}

FeatureRecipe FeatureOptions::recipe(Device device) const {
  FeatureRecipe recipe;
  recipe.model = model;
  recipe.lstm = lstm;
  recipe.scaling = scaling;
  recipe.seed = seed;
  recipe.device = device;
  recipe.from = from;
  recipe.training = {.epochs = epochs, .batch_size = batch, .learning_rate = learning_rate};
  return recipe;
}

json FeatureOptions::to_json() const {
  json options = {{"from", from.empty() ? json() : json(from)},
                  {"lr", learning_rate},
                  {"epochs", epochs},
                  {"batch", batch},
                  {"test", test},
                  {"validation", validation},
                  {"split", name(split)},
                  {"scaling", name(scaling)}};
  if (model == FeatureModel::lstm)
    options.update({{"units", lstm.units},
                    {"layers", lstm.layers},
                    {"dense", lstm.dense},
                    {"dense_layers", lstm.dense_layers}});
  return options;
}

}  // namespace tutti
