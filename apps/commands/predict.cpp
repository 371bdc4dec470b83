#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "apps/common.h"
#include "apps/ensemble_report.h"
#include "apps/prediction.h"
#include "apps/progress.h"
#include "apps/run_directory.h"
#include "apps/song_model.h"
#include "apps/song_report.h"
#include "datasets/feature_table.h"
#include "datasets/song_pictures.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct PredictOptions {
  CommonOptions common;
  std::string run, vote = "mean";
  std::vector<std::string> paths, classes;
  bool windows = false, csv = false;
};

/// Memory holds the inputs of so many files.
constexpr std::size_t pictures_at_once = 64, songs_at_once = 8;

/// The files to judge, by what they hold.
struct Sources {
  std::vector<fs::path> songs, pictures, tables;
};

/// A folder's songs, or if it has none and the model takes pictures, its pictures. Files that are
/// no songs are pictures or tables.
Sources find_sources(const std::vector<std::string>& paths, bool takes_pictures) {
  Sources sources;
  const auto add = [](std::vector<fs::path>& to, const std::vector<fs::path>& files) {
    to.insert(to.end(), files.begin(), files.end());
  };
  for (const fs::path path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      const bool song = is_media(path, Media::songs);
      (song ? sources.songs : takes_pictures ? sources.pictures : sources.tables).push_back(path);
      continue;
    }
    try {
      add(sources.songs, find_media(path, Media::songs));
    } catch (const Error&) {
      if (!takes_pictures) throw;
      add(sources.pictures, find_media(path, Media::pictures));
    }
  }
  return sources;
}

/// Tensors [1, …] as one of [n, …].
template <class T>
Tensor stacked_as(const std::vector<Tensor>& rows) {
  Shape shape = rows.at(0).shape();
  shape[0] = static_cast<std::int64_t>(rows.size());
  std::vector<T> all;
  for (const auto& row : rows) all.insert(all.end(), row.data<T>(), row.data<T>() + row.size());
  return Tensor::from(shape, all);
}
Tensor stacked(const std::vector<Tensor>& rows) {
  return rows.at(0).dtype() == DType::uint8 ? stacked_as<std::uint8_t>(rows)
                                            : stacked_as<float>(rows);
}

/// Everything that a run says of some files.
class Judge {
 public:
  Judge(const PredictOptions& o, const json& run, Device device)
      : options_(o),
        run_(run),
        classes_(classes_of(run)),
        score_(load_scorer(o.run, run, device)) {}

  void judge_tables(const std::vector<fs::path>& tables) {
    for (const auto& path : tables) {
      expect_same_features(options_.run, run_, path);
      const FeatureTable table = load_feature_table(path, false);
      add(table.names, std::vector<std::int64_t>(table.names.size(), 1), table.values);
    }
  }

  void judge_pictures(const std::vector<fs::path>& files) {
    std::set<fs::path> trees;
    for (const auto& file : files) trees.insert(fs::absolute(file).parent_path().parent_path());
    for (const auto& tree : trees) expect_same_pictures(options_.run, run_, tree);
    in_groups(files, pictures_at_once, "pictures", [&](const auto& group, const auto& progress) {
      const Pictures pictures = load_pictures(group, progress);
      std::vector<std::string> names;
      for (const auto& path : pictures.paths) names.push_back(path.string());
      add(names, std::vector<std::int64_t>(names.size(), 1), pictures.pixels);
      problems.bad.insert(problems.bad.end(), pictures.bad.begin(), pictures.bad.end());
    });
  }

  void judge_songs(const std::vector<fs::path>& files) {
    if (files.empty()) return;
    const Preprocessor listen = make_preprocessor(options_.run, run_);
    in_groups(files, songs_at_once, "songs", [&](const auto& group, const auto& progress) {
      std::vector<std::vector<Tensor>> windows(group.size());
      const auto found = read_songs(
          group, Windows::all,
          [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
            windows[song].push_back(listen(samples));
          },
          progress);
      add_songs(group, windows, found.bad);
      problems.bad.insert(problems.bad.end(), found.bad.begin(), found.bad.end());
      problems.warnings.insert(problems.warnings.end(), found.warnings.begin(),
                               found.warnings.end());
    });
  }

  std::vector<Prediction> predictions;
  SongProblems problems;

 private:
  void add_songs(const std::vector<fs::path>& songs,
                 const std::vector<std::vector<Tensor>>& windows, const std::vector<BadFile>& bad) {
    std::vector<std::string> names;
    std::vector<std::int64_t> counts;
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < songs.size(); ++i) {
      if (std::ranges::find(bad, songs[i], &BadFile::path) != bad.end()) continue;
      names.push_back(songs[i].string());
      counts.push_back(static_cast<std::int64_t>(windows[i].size()));
      inputs.insert(inputs.end(), windows[i].begin(), windows[i].end());
    }
    if (!names.empty()) add(names, counts, stacked(inputs));
  }

  /// Judges examples by their inputs, `counts` windows each.
  void add(const std::vector<std::string>& names, const std::vector<std::int64_t>& counts,
           const Tensor& inputs) {
    if (names.empty()) return;
    const Tensor scores = score_(inputs);
    std::int64_t first = 0;
    for (std::size_t i = 0; i < names.size(); first += counts[i++])
      predictions.push_back(
          decide(names[i], scores, first, counts[i], classes_, vote_named(options_.vote)));
  }

  /// Work on so many files at a time, with progress over all of them.
  template <class Work>
  void in_groups(const std::vector<fs::path>& files, std::size_t at_once, const char* unit,
                 const Work& work) {
    ProgressBar bar("predicting ", unit, options_.common.quiet);
    for (std::size_t first = 0; first < files.size(); first += at_once) {
      const auto end = std::min(first + at_once, files.size());
      work(std::vector<fs::path>(files.begin() + static_cast<std::ptrdiff_t>(first),
                                 files.begin() + static_cast<std::ptrdiff_t>(end)),
           [&](std::int64_t done, std::int64_t) {
             bar.update(static_cast<std::int64_t>(first) + done,
                        static_cast<std::int64_t>(files.size()));
           });
    }
  }

  const PredictOptions& options_;
  const json& run_;
  std::vector<std::string> classes_;
  Scorer score_;
};

void print(const PredictOptions& o, const Judge& judged, const std::vector<std::string>& classes) {
  if (o.common.json) {
    json document = {{"predictions", to_json(judged.predictions, classes, o.windows)}};
    add_to(document, judged.problems);
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  } else if (o.csv) {
    std::cout << to_csv(judged.predictions, classes, o.windows);
  } else if (!judged.predictions.empty()) {
    std::cout << to_text(judged.predictions, o.windows);
  }
}

int predict(const PredictOptions& o) {
  const Device device = o.common.prepare();
  const json run = read_run(o.run, o.classes);
  if (classes_of(run).empty())
    throw Error(o.run, ": holds no run.json; name its classes by --classes A,B,…");
  Judge judge(o, run, device);
  const Sources sources = find_sources(o.paths, run.at("model") == "ensemble");
  judge.judge_tables(sources.tables);
  judge.judge_pictures(sources.pictures);
  judge.judge_songs(sources.songs);
  print(o, judge, classes_of(run));
  tell(judge.problems);
  return judge.problems.bad.empty() ? done : at_fault;
}

}  // namespace

void add_predict(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "predict",
      "Name the genre of songs (wav, au, flac, ogg, mp3), in windows of 30 s that vote.\n"
      "An ensemble also takes spectrogram pictures, an LSTM or RNN tables of features.");
  const auto o = std::make_shared<PredictOptions>();
  command->add_option("RUN", o->run, "The folder of a run, or of Keras files that make an ensemble")
      ->required();
  command
      ->add_option("PATH", o->paths,
                   "Songs or folders of them; pictures or folders of them for an ensemble, tables "
                   "of features for an LSTM or RNN")
      ->required();
  add_classes_to(*command, o->classes, "");
  command->add_option("--vote", o->vote, "How members vote: mean (of probabilities) or majority")
      ->check(CLI::IsMember({"mean", "majority"}))
      ->capture_default_str();
  command->add_flag("--windows", o->windows, "Also show what each window of 30 s was taken for");
  o->common.add_to(*command);
  command->add_flag("--csv", o->csv, "Print CSV instead of a table")
      ->excludes(command->get_option("--json"));
  command->callback([o, &status] { status = predict(*o); });
}

}  // namespace tutti
