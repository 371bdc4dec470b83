// The models of mel pictures on held-out clips: benchmark_mel --data=TREE [--split=PLAN] [--…]
// prints the accuracy of the CNNs, the statistics networks and both, over folds of the clips, or on
// the validation part of split files. Every option of a recipe is one here, to try it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <numeric>

#include "datasets/spectrogram_tree.h"
#include "datasets/splits/split_plan.h"
#include "engine/members.h"
#include "engine/training/prediction.h"
#include "kernels/support/threads.h"
#include "models/mel/mel_cnn.h"
#include "models/mel/statistics_network.h"
#include "models/mel/windows.h"
#include "models/vote.h"

using namespace tutti;

namespace {

struct Options {
  std::string data, split = "stratified", dump;
  int folds = 5, first = 0, last = 100;
  std::int64_t members = 1, statistics = 1;
  std::uint64_t seed = 54, split_seed = 54;
  MelCnnRecipe cnn;
  StatisticsRecipe network;
};

void add_options(CLI::App& app, Options& o) {
  app.add_option("--data", o.data)->required();
  app.add_option("--split", o.split);
  app.add_option("--folds", o.folds);
  app.add_option("--first-fold", o.first);
  app.add_option("--last-fold", o.last);
  app.add_option("--members", o.members);
  app.add_option("--statistics", o.statistics);
  app.add_option("--seed", o.seed);
  app.add_option("--split-seed", o.split_seed);
  app.add_option("--channels", o.cnn.channels);
  app.add_option("--crop", o.cnn.crop);
  app.add_option("--mixup", o.cnn.mixup);
  app.add_option("--epochs", o.cnn.epochs);
  app.add_option("--batch", o.cnn.batch);
  app.add_option("--lr", o.cnn.learning_rate);
  app.add_option("--dropout", o.cnn.dropout);
  app.add_option("--units", o.network.units);
  app.add_option("--statistics-dropout", o.network.dropout);
  app.add_option("--statistics-epochs", o.network.epochs);
  app.add_option("--statistics-lr", o.network.learning_rate);
  app.add_option("--dump", o.dump);
}

double accuracy(const std::vector<float>& p, const std::vector<std::int32_t>& labels) {
  const auto classes = p.size() / labels.size();
  double hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = p.begin() + static_cast<std::ptrdiff_t>(i * classes);
    hits += std::max_element(row, row + static_cast<std::ptrdiff_t>(classes)) - row == labels[i];
  }
  return hits / static_cast<double>(labels.size());
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main(int argc, char** argv) try {
  Options o;
  CLI::App app("The models of mel pictures on held-out clips");
  add_options(app, o);
  CLI11_PARSE(app, argc, argv);
  const ClipTree tree = load_clip_tree(o.data);
  std::vector<std::string> names;
  for (const auto& path : tree.clips.paths) names.push_back(path.generic_string());
  const SplitData data{names, tree.labels, tree.genres};
  const auto genres = std::ssize(tree.genres);
  const SplitPlan plan = split_plan_named(o.split);
  std::vector<Split> splits;
  if (plan.kind == SplitPlan::Kind::files) {
    const auto parts = split_by(plan, data, 0, 0, 0);
    splits.push_back({parts.train, parts.test});
  } else {
    splits = folds_by(plan, data, o.folds, o.split_seed);
  }
  const Tensor windows = windows_of(tree.clips, usual_frames(tree.clips));
  std::vector<std::int32_t> all(names.size());
  std::iota(all.begin(), all.end(), 0);
  const Tensor statistics = statistics_of(windows, all);

  std::ofstream dump(o.dump, std::ios::binary);
  std::vector<double> sums;
  double n = 0;
  for (int fold = std::max(0, o.first); fold < std::min<int>(o.last, std::ssize(splits)); ++fold) {
    const auto& [train, test] = splits[static_cast<std::size_t>(fold)];
    const auto labels = labels_of(tree.labels, test);
    const auto streams = member_streams(o.seed, std::max(o.members, o.statistics));
    std::vector<Tensor> scores;
    double start = seconds();
    std::cout << "fold " << fold << ": " << train.size() << " / " << test.size() << std::flush;
    const auto first = [&](std::int64_t count) {
      return std::vector<RandomStream>(streams.begin(), streams.begin() + count);
    };
    if (o.members) {
      const ClipExamples training{tree.clips, tree.labels, train};
      Model cnns = build_mel_cnns(training, genres, first(o.members), o.cnn, Device::cpu);
      train_mel_cnns(cnns, training, {tree.clips, tree.labels, {}}, first(o.members), o.cnn);
      std::cout << "  cnns " << seconds() - start << " s" << std::flush;
      start = seconds();
      scores.push_back(predict_by_crops(cnns, windows, test));
      std::cout << " + " << seconds() - start << " s" << std::flush;
    }
    start = seconds();
    if (o.statistics) {
      const Examples training{statistics, tree.labels, train};
      Model nets =
          build_statistics_networks(training, genres, first(o.statistics), o.network, Device::cpu);
      train_statistics_networks(nets, training, Examples(), first(o.statistics), o.network);
      std::cout << "  statistics " << seconds() - start << " s" << std::flush;
      std::vector<std::int32_t> rows = test;
      scores.push_back(predict_probabilities(nets, statistics, rows));
    }
    std::vector<double> row;
    for (const auto& score : scores) {
      double mean = 0;
      for (std::int64_t m = 0; m < score.dim(0); ++m)
        mean += accuracy(score.slice(m, 1).to_vector<float>(), labels) /
                static_cast<double>(score.dim(0));
      row.push_back(mean);
      row.push_back(accuracy(mean_probabilities(score), labels));
      if (!o.dump.empty()) {
        const auto values = score.to_vector<float>();
        dump.write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(float)));
      }
    }
    if (!o.dump.empty())
      dump.write(reinterpret_cast<const char*>(labels.data()), std::ssize(labels) * 4);
    if (scores.size() == 2) {
      auto a = mean_probabilities(scores[0]);
      const auto b = mean_probabilities(scores[1]);
      for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
      row.push_back(accuracy(a, labels));
    }
    std::cout << " |";
    for (const double value : row) std::cout << ' ' << std::round(value * 1e4) / 1e4;
    std::cout << std::endl;
    sums.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i)
      sums[i] += row[i] * static_cast<double>(test.size());
    n += static_cast<double>(test.size());
  }
  std::cout << "all:";
  for (const double sum : sums) std::cout << ' ' << std::round(sum / n * 1e4) / 1e4;
  std::cout << std::endl;
  return 0;
} catch (const std::exception& problem) {
  std::cerr << problem.what() << '\n';
  return 1;
}
