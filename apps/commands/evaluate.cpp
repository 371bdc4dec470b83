#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/evaluation.h"
#include "apps/progress.h"
#include "apps/run_directory.h"
#include "engine/distributed/deal.h"
#include "engine/distributed/message.h"
#include "engine/distributed/world.h"
#include "models/calibration.h"
#include "models/run.h"
#include "models/vote.h"

namespace tutti {
namespace {

using nlohmann::json;

struct EvaluateOptions {
  CommonOptions common;
  std::string run, data;
  std::optional<Part> split;  // else test on the run's own data, all on other data
  Vote vote = Vote::mean;
  std::vector<std::string> classes;
  bool skip_bad = false;
};

/// Every member's probabilities of the rows, dealt out to the world's processes; the root's.
Tensor score_together(const Run& run, const Tensor& inputs, const std::vector<std::int32_t>& rows) {
  constexpr std::int64_t rows_at_once = 64;
  std::vector<Tensor> parts;
  deal_out(
      std::ssize(rows), rows_at_once,
      [&](Block block) {
        const Tensor scores =
            run.score(inputs, {rows.begin() + block.first, rows.begin() + block.end});
        return Message::of(scores.dim(0), scores.dim(2), scores.to_vector<float>());
      },
      [&](Block block, std::string message) {
        std::int64_t members = 0, classes = 0;
        std::vector<float> values;
        Message(std::move(message)).read(members, classes, values);
        parts.push_back(Tensor::from({members, block.size(), classes}, values));
      });
  return parts.empty() ? Tensor() : joined_examples(parts);
}

/// Nothing if this is not the world's root.
std::optional<Evaluation> evaluate_run(const EvaluateOptions& o) {
  const Run run(read_run_file(o.run, o.classes), o.common.prepare());
  note_unfinished(run);
  ProgressBar bar("reading ", run.traits().unit, o.common.quiet);
  const LabeledInputs data = run.read_data(
      o.data, o.skip_bad, [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  const auto rows =
      run.rows_of(data, o.split.value_or(run.trained_on(data) ? Part::test : Part::all));
  const Tensor scores = score_together(run, data.inputs, rows);
  if (!world().root()) return std::nullopt;
  Evaluation evaluation = evaluate(scores, tempered_mean(scores, run.file().temperature),
                                   labels_of(data.labels, rows), data.classes, run.traits().unit,
                                   run.traits().votes ? std::optional(o.vote) : std::nullopt);
  evaluation.out_of_bag_accuracy = run.file().out_of_bag_accuracy;
  return evaluation;
}

int evaluate_command(const EvaluateOptions& o) {
  const auto evaluation = evaluate_run(o);
  if (!evaluation) return done;
  if (o.common.json)
    std::cout << to_json(*evaluation).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  else
    std::cout << to_text(*evaluation);
  return done;
}

}  // namespace

void add_evaluate(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("evaluate", "Test a trained run: accuracy, rates, confusion matrix");
  const auto o = std::make_shared<EvaluateOptions>();
  command
      ->add_option(
          "RUN", o->run,
          "The folder of a run, or of Keras files that make an ensemble; pretrained is the "
          "built-in model")
      ->required();
  add_classes_to(*command, o->classes, "the folders of --data, by name");
  command
      ->add_option("--data", o->data,
                   "The data: a tree GENRES_DIR/<genre>/*.png for an ensemble, a table "
                   "FEATURES.csv for an LSTM or RNN, or a pack of either")
      ->required()
      ->type_name("PATH");
  add_words(*command, "--split", o->split,
            "The part to evaluate: test, validation (an ensemble's is its test part), train or "
            "all; auto is test on the run's own data and all on other data");
  add_words(*command, "--vote", o->vote, "How members vote: mean (of probabilities) or majority");
  command->add_flag("--skip-bad", o->skip_bad, "Leave out pictures that cannot be read");
  o->common.add_to(*command);
  command->callback([o, &status] { status = evaluate_command(*o); });
}

}  // namespace tutti
