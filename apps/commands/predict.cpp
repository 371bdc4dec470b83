#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/prediction_print.h"
#include "apps/progress.h"
#include "apps/run_directory.h"
#include "apps/song_report.h"
#include "engine/distributed/of_root.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "models/predict_files.h"

namespace tutti {
namespace {

using nlohmann::json;

struct PredictOptions {
  CommonOptions common;
  std::string run;
  Vote vote = Vote::mean;
  std::vector<std::string> paths, classes;
  bool windows = false, csv = false;
};

void print(const PredictOptions& o, const Predictions& predictions,
           const std::vector<std::string>& classes) {
  if (o.common.json) {
    json document = {{"predictions", to_json(predictions.all, classes, o.windows)}};
    add_to(document, predictions.problems);
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  } else if (o.csv) {
    std::cout << to_csv(predictions.all, classes, o.windows);
  } else if (!predictions.all.empty()) {
    std::cout << to_text(predictions.all, o.windows);
  }
}

int predict(const PredictOptions& o) {
  const Device device = o.common.prepare();
  const RunFile file = read_run_file(o.run, o.classes);
  if (file.classes.empty())
    throw Error(o.run, ": holds no run.json; name its classes by --classes A,B,…");
  const Run run(file, device);
  note_unfinished(run);
  const Sources sources = of_root([&] { return find_sources(o.paths, run.traits().takes); });
  ProgressBar bar("predicting ", "files", o.common.quiet);
  const Predictions predictions = predict_files(
      run, sources, o.vote, [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  if (!world().root()) return done;
  print(o, predictions, run.classes());
  tell(predictions.problems);
  return predictions.problems.bad.empty() ? done : at_fault;
}

}  // namespace

void add_predict(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "predict",
      "Name the genre of songs with a trained run\n"
      "Windows of 30 s vote. An ensemble also takes pictures, an LSTM or RNN tables of features.");
  const auto o = std::make_shared<PredictOptions>();
  command
      ->add_option(
          "RUN", o->run,
          "The folder of a run, or of Keras files that make an ensemble; pretrained is the "
          "built-in model")
      ->required();
  command
      ->add_option("PATH", o->paths,
                   "Songs or folders of them; pictures or folders of them for an ensemble, tables "
                   "of features for an LSTM or RNN")
      ->required();
  add_classes_to(*command, o->classes, "");
  add_words(*command, "--vote", o->vote, "How members vote: mean (of probabilities) or majority");
  command->add_flag("--windows", o->windows, "Also show what each window of 30 s was taken for");
  o->common.add_to(*command);
  command->add_flag("--csv", o->csv, "Print CSV instead of a table")
      ->excludes(command->get_option("--json"));
  command->callback([o, &status] { status = predict(*o); });
}

}  // namespace tutti
