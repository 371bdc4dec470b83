#include "apps/training/ensemble_training.h"

#include <iostream>

#include "apps/run_directory.h"
#include "apps/training/epoch_lines.h"
#include "datasets/song_pictures.h"
#include "datasets/split.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "models/ensemble.h"
#include "models/run/checkpoint.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The pictures and their parts.
struct Parts {
  explicit Parts(const EnsembleOptions& o) : Parts(o, load_pictures(o)) {}

  SpectrogramTree tree;
  ThreeWaySplit split;
  /// Validated on the test part, as the original does, unless the split has a part for it.
  Examples training, validation, test;

 private:
  Parts(const EnsembleOptions& o, SpectrogramTree pictures)
      : tree(std::move(pictures)),
        split(split_pictures(o, tree, 0)),
        training(part(split.train)),
        validation(part(split.validation.empty() ? split.test : split.validation)),
        test(part(split.test)) {}
  Examples part(const std::vector<std::int32_t>& rows) const {
    return {tree.pictures.pixels, tree.labels, rows};
  }
};

std::int64_t sample_size(const EnsembleOptions& o, const Parts& parts) {
  return bootstrap_size(o.bootstrap, parts.training.size());
}

RunFile run_file(const EnsembleOptions& o, const SpectrogramTree& tree) {
  RunFile file;
  file.folder = o.run.out;
  file.kind = ModelKind::ensemble;
  file.classes = tree.genres;
  file.fingerprint = tree.pictures.fingerprint;
  file.members = o.members;
  file.preprocessing = to_json(PicturePreprocessing{o.normalize, scale_of_tree(o.data)});
  return file;
}

TrainingRecord record(const EnsembleOptions& o, const SpectrogramTree& tree, Device device) {
  return {{{"members", o.members},
           {"bootstrap", o.bootstrap},
           {"epochs", o.epochs},
           {"batch", o.batch},
           {"lr", o.learning_rate},
           {"train_fraction", o.train_fraction},
           {"split", name(o.split)},
           {"normalize", name(o.normalize)},
           {"vote", name(o.vote)},
           {"from", o.from.empty() ? json() : json(o.from)}},
          o.seed,
          device,
          {{"path", fs::absolute(o.data).lexically_normal().string()},
           {"pictures", tree.labels.size()},
           {"skipped", names_of(tree.pictures.bad)}}};
}

void print_parts(const EnsembleOptions& o, const Parts& parts) {
  if (o.common.quiet) return;
  std::cerr << parts.tree.labels.size() << " pictures of " << parts.tree.genres.size()
            << " genres (" << parts.tree.pictures.bad.size()
            << " left out): " << parts.training.size() << " to train, " << parts.test.size()
            << " to test\n";
}

/// Trains the members, with curves of every epoch; returns the finished epochs.
History fit(Ensemble& ensemble, const EnsembleOptions& o, const Parts& parts, const RunFolder& run,
            const RunFile& file, const TrainingRecord& training, const std::stop_token& stop) {
  EpochLines lines(o.epochs, sample_size(o, parts), "pictures", o.common.quiet);
  const auto checkpoint = run.checkpoint(file, training);
  History history;
  if (checkpoint) history = checkpoint->history;
  const auto start = [&] {
    if (!checkpoint)
      run.begin(file, training,
                split_rows(names_of(parts.tree.pictures.paths), parts.tree.labels,
                           parts.tree.genres, parts.split));
    print_parts(o, parts);
    if (checkpoint) lines.resumed(history);
  };
  TrainObserver observer{.on_step = [&](int epoch, std::int64_t step,
                                        std::int64_t steps) { lines.step(epoch, step, steps); },
                         .on_epoch =
                             [&](int epoch, const std::vector<EpochResult>& members) {
                               history.push_back(members);
                               write_curves(o.run.out, history,
                                            "Ensemble of " + std::to_string(o.members));
                               lines.epoch(epoch, members);
                             }};
  run.keep_checkpoints(observer);
  run.log_epochs(observer, history);
  try {
    ensemble.fit(parts.training, parts.validation,
                 {.bootstrap_percent = o.bootstrap,
                  .batch_size = o.batch,
                  .epochs = o.epochs,
                  .learning_rate = o.learning_rate,
                  .seed = o.seed,
                  .normalization = o.normalize,
                  .device = training.device,
                  .shards = o.run.shards_or_none(),
                  .from = checkpoint ? o.run.out : fs::path(o.from),
                  .checkpoint = checkpoint ? &*checkpoint : nullptr,
                  .on_start = start},
                 stop, observer);
  } catch (const Diverged&) {
    if (run.writes() && restore_checkpoint(file.folder, ensemble.model())) ensemble.save();
    throw;
  }
  return history;
}

}  // namespace

std::optional<Evaluation> train_run(const EnsembleOptions& o) {
  const Device device = o.common.prepare();
  const RunFolder run(o.run);
  const Parts parts(o);
  RunFile file = run_file(o, parts.tree);
  const TrainingRecord training = record(o, parts.tree, device);
  const auto& genres = file.classes;
  Ensemble ensemble(o.members, run.writes() ? o.run.out : fs::path(),
                    static_cast<std::int64_t>(genres.size()));
  const std::stop_token stop = stop_on_interrupt();
  const History history = fit(ensemble, o, parts, run, file, training, stop);
  const bool stopped = any_stopped(stop);
  if (!run.writes()) return std::nullopt;
  if (stopped) {
    print_stopped(o.run.out, history);
    return std::nullopt;
  }

  const Tensor scores = ensemble.predict_classifiers(parts.test.x, parts.test.rows).scores;
  Evaluation evaluation = evaluate(scores, mean_probabilities(scores), parts.test.row_labels(),
                                   genres, "pictures", o.vote);
  evaluation.out_of_bag_accuracy = ensemble.out_of_bag_accuracy(parts.training);
  file.out_of_bag_accuracy = evaluation.out_of_bag_accuracy;
  write_curves(o.run.out, history, "Ensemble of " + std::to_string(o.members));
  write_metrics(o.run.out, evaluation,
                at_rows(names_of(parts.tree.pictures.paths), parts.test.rows),
                "Ensemble of " + std::to_string(o.members) + " on the test set");
  run.end(file, training);
  return evaluation;
}

}  // namespace tutti
