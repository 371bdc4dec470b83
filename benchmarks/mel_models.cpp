// Models of mel pictures on clips held out, one line per training:
//   benchmark_mel --data TREE                          five stratified folds
//   benchmark_mel --data TREE --split files:TRAIN,TEST
// A recipe's options can be given, so that a ladder can try each with and without (mel_ladder).
// --seeds N repeats it with as many seeds; the last lines are their mean and standard deviation.
// The calibration error is of tempered probabilities where there are folds to fit a temperature on.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <numeric>

#include "datasets/spectrogram_tree.h"
#include "datasets/splits/split_plan.h"
#include "models/mel/cross_validation.h"
#include "models/mel/windows.h"
#include "models/vote.h"
#include "reports/metrics.h"

using namespace tutti;

namespace {

struct Options {
  std::string data, split = "stratified";
  int folds = 5, seeds = 1;
  std::uint64_t split_seed = 54;
  MelRecipe recipe;
};

void add_options(CLI::App& app, Options& o) {
  MelCnnRecipe& cnn = o.recipe.cnn;
  StatisticsRecipe& network = o.recipe.network;
  app.add_option("--data", o.data)->required();
  app.add_option("--split", o.split);
  app.add_option("--split-seed", o.split_seed);
  app.add_option("--folds", o.folds);
  app.add_option("--seed", o.recipe.seed);
  app.add_option("--seeds", o.seeds);
  app.add_option("--members", o.recipe.cnns);
  app.add_option("--statistics", o.recipe.statistics);
  app.add_option("--not-music", o.recipe.not_music);
  app.add_option("--channels", cnn.channels);
  app.add_option("--crop", cnn.crop);
  app.add_option("--equalizer", cnn.distortion.equalizer);
  app.add_option("--shift", cnn.distortion.shift);
  app.add_option("--mask", cnn.distortion.mask);
  app.add_option("--mixup", cnn.mixup);
  app.add_option("--epochs", cnn.epochs);
  app.add_option("--lr", cnn.learning_rate);
  app.add_option("--dropout", cnn.dropout);
  app.add_option("--units", network.units);
  app.add_option("--statistics-dropout", network.dropout);
  app.add_option("--statistics-epochs", network.epochs);
  app.add_option("--statistics-lr", network.learning_rate);
}

std::vector<std::string> names_of(const Clips& clips) {
  std::vector<std::string> names;
  for (const auto& path : clips.paths) names.push_back(path.generic_string());
  return names;
}

/// The share of labels among the k likeliest.
double among(std::size_t k, const std::vector<float>& p, const std::vector<std::int32_t>& labels) {
  const std::size_t classes = p.size() / labels.size();
  double hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float right = p[i * classes + static_cast<std::size_t>(labels[i])];
    std::size_t larger = 0;
    for (std::size_t c = 0; c < classes; ++c) larger += p[i * classes + c] > right;
    hits += larger < k;
  }
  return hits / static_cast<double>(labels.size());
}

/// Accuracy of each kind, a network and the vote of them; of all, also among the three likeliest,
/// and the calibration error.
std::vector<double> figures(const HeldOut& held, const MelRecipe& recipe) {
  const auto of_kind = [&](std::int64_t first, std::int64_t count) -> std::vector<double> {
    if (count == 0) return {NAN, NAN};
    const Tensor scores = held.scores.slice(first, count);
    double sum = 0;
    for (std::int64_t m = 0; m < count; ++m)
      sum += among(1, scores.slice(m, 1).to_vector<float>(), held.labels);
    return {sum / static_cast<double>(count), among(1, mean_probabilities(scores), held.labels)};
  };
  auto row = of_kind(0, recipe.cnns);
  for (const double value : of_kind(recipe.cnns, recipe.statistics)) row.push_back(value);
  const auto& all = held.probabilities;
  row.push_back(among(1, all, held.labels));
  row.push_back(among(3, all, held.labels));
  row.push_back(expected_calibration_error(all, held.labels));
  return row;
}

HeldOut held_out(const Options& o, const MelRecipe& recipe, const ClipTree& tree,
                 const Tensor& windows) {
  const auto names = names_of(tree.clips);
  const SplitData data{names, tree.labels, tree.genres};
  const auto genres = std::ssize(tree.genres);
  const ClipExamples clips{tree.clips, tree.labels, {}};
  const SplitPlan plan = split_plan_named(o.split);
  if (plan.kind != SplitPlan::Kind::files)
    return CrossValidation(clips, windows, genres, folds_by(plan, data, o.folds, o.split_seed),
                           recipe)
        .calibrated();
  const auto parts = split_by(plan, data, 0, 0, 0);
  const ClipExamples training{tree.clips, tree.labels, parts.train};
  MelEnsemble ensemble(training, windows, genres, recipe);
  ensemble.train(training, clips, windows);
  const Tensor scores = ensemble.score(windows, parts.test);
  return {scores, mean_probabilities(scores), parts.test, labels_of(tree.labels, parts.test)};
}

void print(const std::vector<double>& row, const char* end) {
  for (const double value : row) std::cout << std::setw(10) << value;
  std::cout << end << std::flush;
}

}  // namespace

int main(int argc, char** argv) try {
  Options o;
  CLI::App app("Models of mel pictures on clips held out");
  add_options(app, o);
  CLI11_PARSE(app, argc, argv);
  const ClipTree tree = load_clip_tree(o.data);
  const Tensor windows =
      windows_of(tree.clips, std::max(usual_frames(tree.clips), o.recipe.cnn.crop));
  std::cout << std::fixed << std::setprecision(4)
            << "       cnn      cnns statistic statistics     all  in three       ECE   seconds\n";
  std::vector<double> sums(7), squares(7);
  for (int repeat = 0; repeat < o.seeds; ++repeat) {
    MelRecipe recipe = o.recipe;
    recipe.seed += static_cast<std::uint64_t>(repeat);
    const auto start = std::chrono::steady_clock::now();
    const auto row = figures(held_out(o, recipe, tree, windows), recipe);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    print(row, "");
    print({seconds.count()}, "\n");
    for (std::size_t i = 0; i < 7; ++i) {
      sums[i] += row[i] / o.seeds;
      squares[i] += row[i] * row[i] / o.seeds;
    }
  }
  if (o.seeds == 1) return 0;
  for (std::size_t i = 0; i < 7; ++i)
    squares[i] = std::sqrt(std::max(0.0, squares[i] - sums[i] * sums[i]) * o.seeds / (o.seeds - 1));
  print(sums, "  mean\n");
  print(squares, "  standard deviation\n");
  return 0;
} catch (const std::exception& problem) {
  std::cerr << problem.what() << '\n';
  return 1;
}
