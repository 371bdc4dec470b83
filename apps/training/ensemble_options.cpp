#include "apps/training/ensemble_options.h"

#include "apps/progress.h"
#include "kernels/support/error.h"

namespace tutti {

SpectrogramTree load_pictures(const EnsembleOptions& o) {
  ProgressBar bar("reading ", "pictures", o.common.quiet);
  return load_spectrogram_tree(o.data, o.skip_bad,
                               [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
}

ThreeWaySplit split_pictures(const EnsembleOptions& o, const SpectrogramTree& tree,
                             double validation) {
  const auto names = names_of(tree.pictures.paths);
  auto split = split_by(o.split, {names, tree.labels, tree.genres}, 1 - o.train_fraction,
                        validation, o.seed);
  if (split.test.empty())
    throw Error("--train-fraction ", o.train_fraction,
                ": leaves no pictures to test on; choose a share below 1");
  return split;
}

void EnsembleOptions::add_to(CLI::App& command) {
  command.add_option("--data", data, "The tree GENRES_DIR/<genre>/*.png, or a pack of it")
      ->required()
      ->type_name("GENRES_DIR");
  command.add_option("--members", members, "Networks in the ensemble")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      .add_option("--bootstrap", bootstrap,
                  "Size of a member's sample, as a share of the training set")
      ->check(CLI::Range(0.001, 10.0))
      ->capture_default_str();
  command.add_option("--epochs", epochs, "Times through every sample")
      ->check(above_zero)
      ->capture_default_str();
  command
      .add_option("--batch", batch, "Pictures per training step, or all of them if there are fewer")
      ->check(above_zero)
      ->capture_default_str();
  command.add_option("--lr", learning_rate, "Learning rate of Adam")
      ->check(above_zero)
      ->capture_default_str();
  command
      .add_option("--train-fraction", train_fraction,
                  "Share of the pictures to train on; the rest tests")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  add_split(command, split);
  add_words(command, "--normalize", normalize,
            "Pixels as numbers: none (0 to 255), scale (0 to 1, as the original), standardize "
            "(mean 0, standard deviation 1 over the training set; learns faster)");
  add_words(command, "--vote", vote, "How members vote: mean (of probabilities) or majority");
  command.add_option("--seed", seed, "Seed of split, samples, weights and dropout")
      ->capture_default_str();
  command.add_flag("--skip-bad", skip_bad, "Leave out pictures that cannot be read");
  common.add_to(command);
}

}  // namespace tutti
