#include <iostream>
#include <memory>
#include <numeric>

#include "apps/common.h"
#include "apps/ensemble_report.h"
#include "apps/progress.h"
#include "apps/run.h"
#include "engine/error.h"

namespace tutti {
namespace {

using nlohmann::json;

struct EvaluateOptions {
  CommonOptions common;
  std::string run, data, split = "auto", vote = "mean";
  bool skip_bad = false;
};

/// The tree's labels as numbers of the run's classes.
std::vector<std::int32_t> labels_in(const std::vector<std::string>& classes,
                                    const SpectrogramTree& tree) {
  std::vector<std::int32_t> number;
  for (const auto& genre : tree.genres) {
    const auto found = std::find(classes.begin(), classes.end(), genre);
    if (found == classes.end()) {
      std::string known;
      for (const auto& name : classes) known += (known.empty() ? "" : ", ") + name;
      throw Error("genre '", genre, "' is none that the run knows: ", known);
    }
    number.push_back(static_cast<std::int32_t>(found - classes.begin()));
  }
  std::vector<std::int32_t> labels;
  for (const auto label : tree.labels) labels.push_back(number[static_cast<std::size_t>(label)]);
  return labels;
}

/// The rows of the part asked for. The one held-out part serves for validation and for test.
std::vector<std::int32_t> rows_of(const EvaluateOptions& o, const json& run,
                                  const SpectrogramTree& tree) {
  const bool own_data = run.at("data").at("fingerprint") == tree.pictures.fingerprint;
  const std::string part = o.split != "auto" ? o.split : own_data ? "test" : "all";
  if (part == "all") {
    std::vector<std::int32_t> rows(tree.labels.size());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  if (!own_data)
    throw Error(o.data, ": is not the data that ", o.run, " was trained on, so it has no ", part,
                " part; use --split all");
  const Split split = read_split(o.run, tree);
  return part == "train" ? split.train : split.test;
}

int evaluate(const EvaluateOptions& o) {
  const Device device = o.common.prepare();
  const json run = read_run(o.run);
  const Ensemble ensemble = Ensemble::load_model(o.run, device);
  const auto classes = classes_of(run);
  if (ensemble.classes() != static_cast<std::int64_t>(classes.size()))
    throw Error(o.run, ": the members tell ", ensemble.classes(), " classes apart, run.json names ",
                classes.size());
  ProgressBar bar("reading ", "pictures", o.common.quiet);
  const SpectrogramTree tree = load_spectrogram_tree(
      o.data, o.skip_bad, [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  const Examples examples(tree.pictures.pixels, labels_in(classes, tree), rows_of(o, run, tree));
  EnsembleReport report = judge(ensemble, examples, classes, vote_named(o.vote));
  if (run.contains("out_of_bag_accuracy") && run["out_of_bag_accuracy"].is_number())
    report.out_of_bag_accuracy = run["out_of_bag_accuracy"].get<double>();
  if (o.common.json)
    std::cout << to_json(report).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  else
    std::cout << to_text(report);
  return done;
}

}  // namespace

void add_evaluate(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("evaluate", "Accuracy, rates and confusion matrix of a trained run");
  const auto o = std::make_shared<EvaluateOptions>();
  command->add_option("RUN", o->run, "The folder of a run")->required();
  command->add_option("--data", o->data, "The tree GENRES_DIR/<genre>/*.png")
      ->required()
      ->type_name("GENRES_DIR");
  command
      ->add_option("--split", o->split,
                   "The part to judge: test, validation (the same pictures), train or all; auto is "
                   "test on the "
                   "run's own data and all on other data")
      ->check(CLI::IsMember({"auto", "test", "validation", "train", "all"}))
      ->capture_default_str();
  command->add_option("--vote", o->vote, "How members vote: mean (of probabilities) or majority")
      ->check(CLI::IsMember({"mean", "majority"}))
      ->capture_default_str();
  command->add_flag("--skip-bad", o->skip_bad, "Leave out pictures that cannot be read");
  o->common.add_to(*command);
  command->callback([o, &status] { status = evaluate(*o); });
}

}  // namespace tutti
