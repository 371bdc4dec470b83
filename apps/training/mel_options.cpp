#include "apps/training/mel_options.h"

#include "apps/help.h"

namespace tutti {
namespace {

void add_cnns(CLI::App& command, MelCnnRecipe& cnn) {
  const OptionGroup group(command, "CNNs");
  command.add_option("--channels", cnn.channels, "Filters of a CNN's first convolutions")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--crop", cnn.crop, "Columns of a picture that a CNN sees at once")
      ->check(CLI::Range(24, 1 << 20))
      ->capture_default_str();
  command
      .add_option("--equalizer", cnn.distortion.equalizer,
                  "Bands of a crop are made louder or softer at random, with this standard "
                  "deviation in dB; 0: unchanged")
      ->check(CLI::Range(0.0, 80.0))
      ->capture_default_str();
  command
      .add_option("--shift", cnn.distortion.shift,
                  "A crop is moved up or down by up to so many bands; 0: unchanged")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command
      .add_option("--mask", cnn.distortion.mask,
                  "Up to so many neighboring bands of a crop are set to its mean; 0: none")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command
      .add_option("--mixup", cnn.mixup,
                  "Crops are mixed in shares from Beta(MIXUP, MIXUP); 0: not mixed")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--dropout", cnn.dropout, "Share that a CNN's dropout zeros")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  command.add_option("--epochs", cnn.epochs, "Times a CNN goes through the clips")
      ->check(above_zero)
      ->capture_default_str();
  command
      .add_option("--lr", cnn.learning_rate,
                  "A CNN's learning rate at first; it falls to 0 along a cosine")
      ->check(above_zero)
      ->capture_default_str();
  command
      .add_option("--batch", cnn.batch,
                  "Clips per training step, or all of them if there are fewer")
      ->check(above_zero)
      ->capture_default_str();
}

void add_networks(CLI::App& command, StatisticsRecipe& network) {
  const OptionGroup group(command, "Networks on statistics");
  command.add_option("--units", network.units, "Hidden units of a network on statistics")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command
      .add_option("--statistics-dropout", network.dropout,
                  "Share that dropout zeros of a network's statistics and of its hidden units")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  command
      .add_option("--statistics-epochs", network.epochs,
                  "Times a network on statistics goes through the clips")
      ->check(above_zero)
      ->capture_default_str();
}

void add_from(CLI::App& command, std::string& from) {
  auto* option =
      command
          .add_option("--from", from,
                      "Fine-tune the networks of another run of train melcnn, or of the built-in "
                      "model (pretrained), in their number and sizes; for other genres than "
                      "theirs, with a new last layer")
          ->type_name("RUN");
  for (const char* size : {"--members", "--statistics", "--channels", "--crop", "--units"})
    option->excludes(command.get_option(size));
}

/// What is trained on, and what is tested.
void add_parts(CLI::App& command, MelOptions& o) {
  const OptionGroup group(command, "Parts of the data");
  auto* in_parts = command.add_option("--test", o.test, "Share of the clips to test on")
                       ->check(CLI::Range(0.0, 1.0));
  in_parts->capture_default_str();
  auto* validation =
      command
          .add_option("--validation", o.validation,
                      "Share of the rest to validate on, and to fit the temperature of the "
                      "probabilities on")
          ->check(CLI::Range(0.0, 1.0))
          ->capture_default_str();
  command
      .add_option("--folds", o.folds,
                  "Test and fit the temperature by cross-validation in so many folds, and train on "
                  "all clips, in place of --test and --validation")
      ->check(CLI::Range(2, 1000))
      ->excludes(in_parts)
      ->excludes(validation);
  add_split(command, o.split);
}

}  // namespace

void MelOptions::add_to(CLI::App& command) {
  command
      .add_option("--data", data, "A tree <genre>/* of mel pictures or of songs, or a pack of it")
      ->required()
      ->type_name("TREE");
  command.add_option("--members", recipe.cnns, "CNNs on crops of the pictures")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      .add_option("--statistics", recipe.statistics,
                  "Dense networks on 800 statistics of the pictures, which vote beside the CNNs")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      .add_option(
          "--not-music", recipe.not_music,
          "Share of the training examples replaced by made-up noise, tones, and clicks, of which "
          "the networks learn to be unsure; 0: none. Only with pictures of 128 bands")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  add_cnns(command, recipe.cnn);
  add_networks(command, recipe.network);
  add_parts(command, *this);
  add_from(command, from);
  command.add_option("--seed", recipe.seed, "Seed of split, weights, crops and dropout")
      ->capture_default_str();
  command.add_flag("--skip-bad", skip_bad, "Leave out what cannot be read");
  common.add_to(command);
}

}  // namespace tutti
