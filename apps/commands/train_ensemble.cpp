#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/ensemble_options.h"
#include "apps/epoch_lines.h"
#include "apps/progress.h"
#include "apps/run_directory.h"
#include "datasets/song_pictures.h"
#include "datasets/split.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json describe_run(const EnsembleOptions& o, const SpectrogramTree& tree, Device device) {
  const auto scale = scale_of_tree(o.data);
  json skipped = json::array();
  for (const auto& bad : tree.pictures.bad) skipped.push_back(bad.path.generic_string());
  return {{"model", "ensemble"},
          {"command", "train ensemble"},
          {"options",
           {{"members", o.members},
            {"bootstrap", o.bootstrap},
            {"epochs", o.epochs},
            {"batch", o.batch},
            {"lr", o.learning_rate},
            {"train_fraction", o.train_fraction},
            {"normalize", o.normalize},
            {"vote", o.vote},
            {"from", o.from.empty() ? json() : json(o.from)}}},
          {"seed", o.seed},
          {"device", name(device)},
          {"versions", {{"tutti", TUTTI_VERSION}}},
          {"data",
           {{"path", fs::absolute(o.data).lexically_normal().string()},
            {"pictures", tree.labels.size()},
            {"skipped", skipped},
            {"fingerprint", tree.pictures.fingerprint}}},
          {"classes", tree.genres},
          {"preprocessing",
           {{"height", picture_frequencies},
            {"width", picture_times},
            {"normalize", o.normalize},
            {"scale", scale ? json(name(*scale)) : json()}}}};
}

std::vector<SplitRow> split_rows(const SpectrogramTree& tree, const Split& split) {
  std::vector<SplitRow> rows;
  for (std::size_t i = 0; i < tree.labels.size(); ++i)
    rows.push_back({tree.pictures.paths[i].generic_string(),
                    tree.genres[static_cast<std::size_t>(tree.labels[i])], "train"});
  for (const auto row : split.test) rows[static_cast<std::size_t>(row)].part = "test";
  return rows;
}

}  // namespace

Normalization normalization_named(const std::string& name) {
  if (name == "none") return Normalization::none;
  return name == "scale" ? Normalization::scale : Normalization::standardize;
}

SpectrogramTree load_pictures(const EnsembleOptions& o) {
  ProgressBar bar("reading ", "pictures", o.common.quiet);
  return load_spectrogram_tree(o.data, o.skip_bad,
                               [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
}

void EnsembleOptions::add_to(CLI::App& command) {
  command.add_option("--data", data, "The tree GENRES_DIR/<genre>/*.png")
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
  command.add_option("--batch", batch, "Pictures a training step")
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
  command
      .add_option("--normalize", normalize,
                  "Pixels as numbers: none (0 to 255), scale (0 to 1, as the original), "
                  "standardize (mean 0, "
                  "deviation 1 over the training set; learns faster)")
      ->check(CLI::IsMember({"none", "scale", "standardize"}))
      ->capture_default_str();
  command.add_option("--vote", vote, "How members vote: mean (of probabilities) or majority")
      ->check(CLI::IsMember({"mean", "majority"}))
      ->capture_default_str();
  command.add_option("--seed", seed, "Seed of split, samples, weights and dropout")
      ->capture_default_str();
  command.add_flag("--skip-bad", skip_bad, "Leave out pictures that cannot be read");
  common.add_to(command);
}

std::optional<EnsembleReport> train_run(const EnsembleOptions& o) {
  const Device device = o.common.prepare();
  expect_new_run(o.out, o.force);
  const SpectrogramTree tree = load_pictures(o);
  const auto n = static_cast<std::int64_t>(tree.labels.size());
  const Split split = split_train_test(n, o.train_fraction, o.seed);
  const Examples training(tree.pictures.pixels, tree.labels, split.train);
  const Examples test(tree.pictures.pixels, tree.labels, split.test);
  const std::int64_t sample = bootstrap_size(o.bootstrap, training.size());
  if (o.batch > sample)
    throw Error("--batch ", o.batch, ": a member's sample holds ", sample,
                " pictures; choose at most that");

  json run = describe_run(o, tree, device);
  prepare_run(o.out, o.force);
  write_json(fs::path(o.out) / "run.json", run);
  write_split(o.out, split_rows(tree, split));
  if (!o.common.quiet)
    std::cerr << n << " pictures of " << tree.genres.size() << " genres ("
              << tree.pictures.bad.size() << " left out): " << training.size() << " to train, "
              << test.size() << " to test\n";

  Ensemble ensemble(o.members, o.out, static_cast<std::int64_t>(tree.genres.size()));
  EpochLines lines(o.epochs, sample, "pictures", o.common.quiet);
  const std::stop_token stop = stop_on_interrupt();
  History history;
  ensemble.fit(training, test,
               {.bootstrap_fraction = o.bootstrap,
                .batch_size = o.batch,
                .epochs = o.epochs,
                .learning_rate = o.learning_rate,
                .seed = o.seed,
                .normalization = normalization_named(o.normalize),
                .device = device,
                .from = o.from},
               stop,
               {.on_step = [&](int epoch, std::int64_t step,
                               std::int64_t steps) { lines.step(epoch, step, steps); },
                .on_epoch =
                    [&](int epoch, const std::vector<EpochResult>& members) {
                      history.push_back(members);
                      write_curves(o.out, history, "Ensemble of " + std::to_string(o.members));
                      lines.epoch(epoch, members);
                    }});
  if (stop.stop_requested()) {
    std::cerr << "tutti: stopped; " << o.out << " holds the state after epoch " << history.size()
              << '\n';
    return std::nullopt;
  }

  EnsembleReport report = judge(ensemble, test, tree.genres, vote_named(o.vote));
  report.out_of_bag_accuracy = ensemble.out_of_bag_accuracy(training);
  run["out_of_bag_accuracy"] =
      report.out_of_bag_accuracy ? json(*report.out_of_bag_accuracy) : json();
  write_json(fs::path(o.out) / "run.json", run);
  write_metrics(o.out, report.metrics, to_json(report),
                "Ensemble of " + std::to_string(o.members) + " on the test set");
  return report;
}

namespace {

int train_ensemble(const EnsembleOptions& o) {
  const auto report = train_run(o);
  if (!report) return interrupted;
  if (o.common.json)
    std::cout << to_json(*report).dump(2) << '\n';
  else
    std::cout << to_text(*report) << "\nThe run is in " << o.out
              << ": the members' classifier_K.h5, confusion.png, accuracy.png, loss.png\n";
  return done;
}

}  // namespace

void add_train_ensemble(CLI::App& train, int& status) {
  auto* command =
      train.add_subcommand("ensemble", "A bagged ensemble of CNNs on spectrogram pictures");
  const auto o = std::make_shared<EnsembleOptions>();
  o->add_to(*command);
  command->add_option("--out", o->out, "Folder for the run: models, history, metrics, pictures")
      ->required()
      ->type_name("RUN");
  command
      ->add_option("--from", o->from,
                   "Go on from a Keras file, whose weights every member starts from, or from a "
                   "folder of as many files as members. Adam goes on too where the files hold it; "
                   "pixels are scaled as the files say, not by --normalize")
      ->type_name("PATH");
  command->add_flag("--force", o->force, "Replace a run that is already in RUN");
  command->callback([o, &status] { status = train_ensemble(*o); });
}

}  // namespace tutti
