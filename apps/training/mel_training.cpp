#include "apps/training/mel_training.h"

#include <iostream>
#include <numeric>

#include "apps/training/epoch_lines.h"
#include "datasets/song_pictures.h"
#include "datasets/spectrogram_tree.h"
#include "datasets/split.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "models/calibration.h"
#include "models/mel/cross_validation.h"
#include "models/mel/windows.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

using Rows = std::vector<std::int32_t>;

ClipTree load(const MelOptions& o) {
  ProgressBar bar("reading ", "clips", o.common.quiet);
  return load_clip_tree(o.data, o.skip_bad,
                        [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
}

/// The clips, and how they are cut.
struct Material {
  Material(const MelOptions& o, ClipTree clips)
      : tree(std::move(clips)), names(names_of(tree.clips.paths)) {
    cut(o);
    scale = scale_of_tree(o.data).value_or(PictureScale::mel128);
    frames = std::max(usual_frames(tree.clips), o.recipe.cnn.crop);
    windows = windows_of(tree.clips, frames);
  }

  /// With folds, everything is trained on in the end.
  void cut(const MelOptions& o) {
    const SplitData data{names, tree.labels, tree.genres};
    if (!o.folds) {
      split = split_by(o.split, data, o.test, o.validation, o.recipe.seed);
      return;
    }
    folds = folds_by(o.split, data, o.folds, o.recipe.seed);
    split.train.resize(names.size());
    std::iota(split.train.begin(), split.train.end(), 0);
  }
  ClipExamples clips(const Rows& rows) const { return {tree.clips, tree.labels, rows}; }
  std::int64_t genres() const { return std::ssize(tree.genres); }

  ClipTree tree;
  std::vector<std::string> names;
  ThreeWaySplit split;
  std::vector<Split> folds;
  PictureScale scale;
  std::int64_t frames;
  Tensor windows;
};

/// The recipe that starts from another run's networks.
MelRecipe fine_tuning(const MelOptions& o, const ClipTree& tree) {
  const RunFile run = read_run_file(o.from);
  if (run.kind != ModelKind::melcnn)
    throw Error("--from ", o.from, ": is a run of train ", name(run.kind), ", not of melcnn");
  if (run.state == RunState::training)
    throw Error("--from ", o.from, ": its training has not ended; train melcnn --resume goes on");
  const MelPreprocessing theirs = mel_preprocessing(run);
  if (theirs.bands != tree.clips.bands())
    throw Error("--from ", o.from, ": was trained on ", theirs.bands, " bands; ", o.data, " has ",
                tree.clips.bands());
  expect_own_files(run);
  return MelEnsemble::fine_tuning(MelEnsemble::load(run.folder, o.recipe.device),
                                  run.classes == tree.genres, o.recipe);
}

RunFile run_file(const MelOptions& o, const Material& m) {
  RunFile file;
  file.folder = o.run.out;
  file.kind = ModelKind::melcnn;
  file.classes = m.tree.genres;
  file.fingerprint = m.tree.clips.fingerprint;
  file.members = o.recipe.cnns + o.recipe.statistics;
  file.preprocessing = to_json(MelPreprocessing{m.scale, m.tree.clips.bands(), m.frames});
  return file;
}

TrainingRecord record(const MelOptions& o, const Material& m) {
  const auto& cnn = o.recipe.cnn;
  const auto& network = o.recipe.network;
  return {{{"cnns", o.recipe.cnns},
           {"statistics", o.recipe.statistics},
           {"channels", cnn.channels},
           {"dropout", cnn.dropout},
           {"crop", cnn.crop},
           {"equalizer", cnn.distortion.equalizer},
           {"shift", cnn.distortion.shift},
           {"mask", cnn.distortion.mask},
           {"mixup", cnn.mixup},
           {"epochs", cnn.epochs},
           {"batch", cnn.batch},
           {"lr", cnn.learning_rate},
           {"units", network.units},
           {"statistics_dropout", network.dropout},
           {"statistics_epochs", network.epochs},
           {"not_music", o.recipe.not_music},
           {"test", o.test},
           {"validation", o.validation},
           {"folds", o.folds},
           {"split", name(o.split)},
           {"from", o.from.empty() ? json() : json(o.from)}},
          o.recipe.seed,
          o.recipe.device,
          {{"path", fs::absolute(o.data).lexically_normal().string()},
           {"clips", m.tree.labels.size()},
           {"skipped", names_of(m.tree.clips.bad)}}};
}

void print_parts(const MelOptions& o, const Material& m) {
  if (o.common.quiet) return;
  std::cerr << m.tree.labels.size() << " clips of " << m.tree.genres.size() << " genres ("
            << m.tree.clips.bad.size() << " left out): " << m.split.train.size() << " to train, "
            << m.split.validation.size() << " to validate, " << m.split.test.size() << " to test\n";
}

/// Epoch lines of each kind of network in turn.
MelEnsemble::Observe lines_of(const MelOptions& o, std::size_t clips,
                              const TrainCheckpoint* resumed = nullptr) {
  return [&o, clips, resumed](MelNetwork kind, int epochs) {
    if (!o.common.quiet) std::cerr << name(kind) << '\n';
    const auto lines = std::make_shared<EpochLines>(epochs, static_cast<std::int64_t>(clips),
                                                    "clips", o.common.quiet);
    if (resumed && kind == MelNetwork::cnn) lines->resumed(resumed->history);
    return TrainObserver{
        .on_step = [lines](int epoch, std::int64_t step,
                           std::int64_t steps) { lines->step(epoch, step, steps); },
        .on_epoch = [lines](
                        int epoch,
                        const std::vector<EpochResult>& members) { lines->epoch(epoch, members); }};
  };
}

/// What the run is evaluated on: the folds held out, each at the temperature of the others, or the
/// test part. Sets the temperature of the run.
HeldOut held_out(const Material& m, const MelEnsemble& ensemble,
                 const std::optional<CrossValidation>& folds, double& temperature) {
  if (folds) {
    temperature = folds->temperature();
    return folds->calibrated();
  }
  const auto labels = [&](const Rows& rows) { return labels_of(m.tree.labels, rows); };
  if (const auto& rows = m.split.validation; !rows.empty())
    temperature = fit_temperature(ensemble.score(m.windows, rows), labels(rows));
  const Rows& rows = m.split.test.empty() ? m.split.train : m.split.test;
  const Tensor scores = ensemble.score(m.windows, rows);
  return {scores, tempered_mean(scores, temperature), rows, labels(rows)};
}

/// The curves are of the first kind that there is; such crops are harder than clips.
std::string curves_title(const MelOptions& o) {
  if (!o.recipe.cnns) return std::to_string(o.recipe.statistics) + " networks on statistics";
  return std::to_string(o.recipe.cnns) + " CNNs on random crops" +
         (o.recipe.cnn.distortion != Distortion() ? ", distorted" : "") +
         (o.recipe.cnn.mixup > 0 ? ", mixed" : "");
}

std::string metrics_title(const Material& m, std::int64_t networks) {
  return "Ensemble of " + std::to_string(networks) +
         (!m.folds.empty()       ? " on folds held out"
          : m.split.test.empty() ? " on the training set"
                                 : " on the test set");
}

std::optional<CrossValidation> cross_validate(const MelOptions& o, const Material& m,
                                              const std::stop_token& stop) {
  if (!o.folds) return std::nullopt;
  return CrossValidation(m.clips({}), m.windows, m.genres(), m.folds, o.recipe, stop,
                         lines_of(o, m.folds[0].train.size()));
}

}  // namespace

std::optional<Evaluation> train_run(const MelOptions& options) {
  MelOptions o = options;
  o.recipe.device = o.common.prepare();
  o.recipe.network.batch = o.recipe.cnn.batch;
  o.recipe.cnn.shards = o.run.shards_or_none();
  const RunFolder run(o.run);
  ClipTree tree = load(o);
  if (!o.from.empty()) o.recipe = fine_tuning(o, tree);
  const Material m(o, std::move(tree));
  RunFile file = run_file(o, m);
  const TrainingRecord record = tutti::record(o, m);
  const ClipExamples training = m.clips(m.split.train);
  MelEnsemble ensemble(training, m.windows, m.genres(), o.recipe);
  const auto checkpoint = run.checkpoint(file, record);
  if (!checkpoint)
    run.begin(file, record, split_rows(m.names, m.tree.labels, m.tree.genres, m.split));
  print_parts(o, m);

  const std::stop_token stop = stop_on_interrupt();
  const auto folds = cross_validate(o, m, stop);
  const TrainCheckpoint* const from = checkpoint ? &*checkpoint : nullptr;
  const auto observe = [&, lines = lines_of(o, m.split.train.size(), from)](MelNetwork kind,
                                                                            int epochs) {
    TrainObserver observer = lines(kind, epochs);
    if (kind == MelNetwork::cnn) run.keep_checkpoints(observer);
    if (kind == MelNetwork::cnn || !o.recipe.cnns)
      run.log_epochs(observer, from ? from->history : History());
    return observer;
  };
  const History history =
      ensemble.train(training, m.clips(m.split.validation), m.windows, stop, observe, from);
  const bool stopped = any_stopped(stop);
  if (!run.writes()) return std::nullopt;
  ensemble.save(o.run.out);
  write_curves(o.run.out, history, curves_title(o));
  if (stopped) {
    print_stopped(o.run.out, o.recipe.cnns ? history : History());  // only CNNs keep checkpoints
    return std::nullopt;
  }

  const HeldOut held = held_out(m, ensemble, folds, file.temperature);
  const Evaluation evaluation =
      evaluate(held.scores, held.probabilities, held.labels, m.tree.genres, "clips", Vote::mean);
  write_metrics(o.run.out, evaluation, at_rows(m.names, held.rows),
                metrics_title(m, ensemble.size()));
  run.end(file, record);
  return evaluation;
}

}  // namespace tutti
