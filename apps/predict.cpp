#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <numeric>

#include "apps/common.h"
#include "apps/ensemble_report.h"
#include "apps/features.h"
#include "apps/progress.h"
#include "apps/run.h"
#include "datasets/spectrogram_tree.h"
#include "engine/error.h"
#include "models/text.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct PredictOptions {
  CommonOptions common;
  std::string run, vote = "mean";
  std::vector<std::string> paths;
};

struct Prediction {
  std::string path, genre;
  std::vector<float> probabilities;  // by class, the members' mean
  std::vector<std::string> votes;    // by member
  float probability;                 // of the genre
};

constexpr std::size_t pictures_at_once = 64;

std::vector<Prediction> predict_pictures(const Ensemble& ensemble, const Pictures& pictures,
                                         const std::vector<std::string>& classes, Vote rule) {
  std::vector<Prediction> predictions;
  if (pictures.paths.empty()) return predictions;
  const auto scores = ensemble.predict_classifiers(pictures.pixels);
  const auto mean = mean_probabilities(scores.scores);
  const auto winners = vote(scores, rule);
  for (std::size_t i = 0; i < winners.size(); ++i) {
    const auto winner = static_cast<std::size_t>(winners[i]);
    const auto first = mean.begin() + static_cast<std::ptrdiff_t>(i * classes.size());
    Prediction prediction{pictures.paths[i].string(),
                          classes[winner],
                          {first, first + static_cast<std::ptrdiff_t>(classes.size())},
                          {},
                          first[static_cast<std::ptrdiff_t>(winner)]};
    for (const auto& labels : scores.labels)
      prediction.votes.push_back(classes[static_cast<std::size_t>(labels[i])]);
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

json to_json(const std::vector<Prediction>& predictions, const std::vector<BadFile>& bad,
             const std::vector<std::string>& classes) {
  json document = {{"predictions", json::array()}, {"errors", json::array()}};
  for (const auto& p : predictions) {
    json probabilities;
    for (std::size_t k = 0; k < classes.size(); ++k) probabilities[classes[k]] = p.probabilities[k];
    document["predictions"].push_back({{"path", p.path},
                                       {"genre", p.genre},
                                       {"probability", p.probability},
                                       {"probabilities", probabilities},
                                       {"votes", p.votes}});
  }
  for (const auto& [path, reason] : bad)
    document["errors"].push_back({{"path", path.string()}, {"reason", reason}});
  return document;
}

std::string padded(const std::string& text, std::size_t width) {
  auto points = printable(text);
  points.resize(std::max(width, points.size()), U' ');
  return encode_utf8(points);
}

void print_table(const std::vector<Prediction>& predictions) {
  std::size_t path_width = 4, genre_width = 5;
  for (const auto& p : predictions) {
    path_width = std::max(path_width, printable(p.path).size());
    genre_width = std::max(genre_width, printable(p.genre).size());
  }
  std::cout << padded("path", path_width) << "  " << padded("genre", genre_width)
            << "  probability  members' votes\n";
  for (const auto& p : predictions) {
    std::cout << padded(p.path, path_width) << "  " << padded(p.genre, genre_width) << "  "
              << std::fixed << std::setprecision(4) << std::setw(11) << p.probability << " ";
    for (const auto& genre : p.votes) std::cout << ' ' << encode_utf8(printable(genre));
    std::cout << '\n';
  }
}

void print(const PredictOptions& o, const std::vector<Prediction>& predictions,
           const std::vector<BadFile>& bad, const std::vector<std::string>& classes) {
  if (o.common.json)
    std::cout
        << to_json(predictions, bad, classes).dump(2, ' ', false, json::error_handler_t::replace)
        << '\n';
  else if (!predictions.empty())
    print_table(predictions);
}

int predict_songs(const PredictOptions& o, const json& run, Device device) {
  const auto classes = classes_of(run);
  const FeatureClassifiers classifier = load_classifier(o.run, run, device);
  std::vector<Prediction> predictions;
  for (const auto& path : o.paths) {
    const FeatureTable table = load_feature_table(path, false);
    std::vector<std::int32_t> rows(table.names.size());
    std::iota(rows.begin(), rows.end(), 0);
    const auto all = classifier.predict(0, table, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(i * classes.size());
      const std::vector<float> p(first, first + static_cast<std::ptrdiff_t>(classes.size()));
      const auto winner =
          static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
      predictions.push_back({table.names[i], classes[winner], p, {classes[winner]}, p[winner]});
    }
  }
  print(o, predictions, {}, classes);
  return done;
}

int predict_pictures(const PredictOptions& o, const json& run, Device device) {
  const auto classes = classes_of(run);
  const Ensemble ensemble = Ensemble::load_model(o.run, device);
  if (ensemble.classes() != static_cast<std::int64_t>(classes.size()))
    throw Error(o.run, ": the members tell ", ensemble.classes(), " classes apart, run.json names ",
                classes.size());
  std::vector<fs::path> files;
  for (const auto& path : o.paths) {
    const auto found = find_media(path, Media::pictures);
    files.insert(files.end(), found.begin(), found.end());
  }

  std::vector<Prediction> predictions;
  std::vector<BadFile> bad;
  ProgressBar bar("predicting ", "pictures", o.common.quiet);
  for (std::size_t first = 0; first < files.size(); first += pictures_at_once) {
    const auto last = std::min(first + pictures_at_once, files.size());
    const Pictures pictures = load_pictures({files.begin() + static_cast<std::ptrdiff_t>(first),
                                             files.begin() + static_cast<std::ptrdiff_t>(last)});
    const auto part = predict_pictures(ensemble, pictures, classes, vote_named(o.vote));
    predictions.insert(predictions.end(), part.begin(), part.end());
    bad.insert(bad.end(), pictures.bad.begin(), pictures.bad.end());
    bar.update(static_cast<std::int64_t>(last), static_cast<std::int64_t>(files.size()));
  }
  bar.clear();
  print(o, predictions, bad, classes);
  for (const auto& [path, reason] : bad)
    std::cerr << "tutti: " << path.string() << ": " << reason << '\n';
  return bad.empty() ? done : at_fault;
}

int predict(const PredictOptions& o) {
  const Device device = o.common.prepare();
  const json run = read_run(o.run);
  return run.at("model") == "ensemble" ? predict_pictures(o, run, device)
                                       : predict_songs(o, run, device);
}

}  // namespace

void add_predict(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "predict", "Name the genre of songs: spectrogram pictures or feature rows");
  const auto o = std::make_shared<PredictOptions>();
  command->add_option("RUN", o->run, "The folder of a run")->required();
  command
      ->add_option(
          "PATH", o->paths,
          "Pictures or folders of them for an ensemble, tables of features for an LSTM or RNN")
      ->required();
  command->add_option("--vote", o->vote, "How members vote: mean (of probabilities) or majority")
      ->check(CLI::IsMember({"mean", "majority"}))
      ->capture_default_str();
  o->common.add_to(*command);
  command->callback([o, &status] { status = predict(*o); });
}

}  // namespace tutti
