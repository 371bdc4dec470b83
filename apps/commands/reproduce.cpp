#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <numeric>

#include "apps/common.h"
#include "apps/epoch_lines.h"
#include "apps/feature_options.h"
#include "kernels/support/error.h"
#include "reports/metrics_json.h"
#include "reports/metrics_table.h"

namespace tutti {
namespace {

using nlohmann::json;

struct ReproduceOptions {
  explicit ReproduceOptions(FeatureModel model) : features(model) {}
  FeatureOptions features;
  int seeds = 20, folds = 0;
};

/// A figure over the splits, and what the report says of it, if anything.
struct Row {
  std::string label;
  std::vector<double> values;
  std::optional<double> report;

  double mean() const {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }
  double deviation() const {
    double squares = 0;
    for (const double value : values) squares += (value - mean()) * (value - mean());
    return values.size() < 2 ? 0 : std::sqrt(squares / static_cast<double>(values.size() - 1));
  }
};

/// What the two reports give, by the label of a row: pop and classical are the genres of their
/// table.
std::optional<double> reported(FeatureModel model, const std::string& label) {
  static const std::map<std::string, double> lstm = {
      {"accuracy", 0.9653},  {"loss", 0.0489},       {"val_accuracy", 1.0},
      {"val_loss", 0.00136}, {"test accuracy", 1.0}, {"pop TPR", 1.0},
      {"pop FPR", 0.0},      {"classical TPR", 1.0}, {"classical FPR", 0.0}};
  static const std::map<std::string, double> rnn = {
      {"test accuracy", 0.9292}, {"test loss", 0.1250}, {"classical precision", 0.9545},
      {"pop TPR", 0.9411},       {"pop FPR", 0.0869},   {"classical TPR", 0.9130},
      {"classical FPR", 0.0588}};
  const auto& report = model == FeatureModel::lstm ? lstm : rnn;
  const auto found = report.find(label);
  return found == report.end() ? std::nullopt : std::optional(found->second);
}

/// The splits to train on: N seeds of the recipe's shares, or K folds, a share of each fold's rest
/// for validation.
std::vector<ThreeWaySplit> splits_of(const ReproduceOptions& o, const FeatureTable& table) {
  const FeatureOptions& f = o.features;
  std::vector<ThreeWaySplit> splits;
  if (o.folds == 0) {
    for (int s = 0; s < o.seeds; ++s)
      splits.push_back(split_stratified(table.labels, table.classes, f.test, f.validation,
                                        f.seed + static_cast<std::uint64_t>(s)));
    return splits;
  }
  for (const auto& fold : k_folds(table.labels, table.classes, o.folds, f.seed)) {
    const auto rest = split_stratified(labels_of(table.labels, fold.train), table.classes,
                                       f.validation, 0, f.seed);
    const auto pick = [&](const std::vector<std::int32_t>& which) {
      return labels_of(fold.train, which);
    };
    splits.push_back({pick(rest.train), pick(rest.test), fold.test});
  }
  return splits;
}

std::vector<Row> rows_of(FeatureModel model, const std::vector<EpochResult>& last,
                         const std::vector<Metrics>& tests) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& label, auto value_of) {
    Row row{label, {}, reported(model, label)};
    for (std::size_t m = 0; m < tests.size(); ++m) row.values.push_back(value_of(m));
    rows.push_back(std::move(row));
  };
  add("accuracy", [&](std::size_t m) { return last[m].accuracy; });
  add("loss", [&](std::size_t m) { return last[m].loss; });
  add("val_accuracy", [&](std::size_t m) { return last[m].val_accuracy; });
  add("val_loss", [&](std::size_t m) { return last[m].val_loss; });
  add("test accuracy", [&](std::size_t m) { return tests[m].accuracy; });
  add("test loss", [&](std::size_t m) { return tests[m].loss; });
  for (std::size_t k = 0; k < tests[0].classes.size(); ++k) {
    const std::string& genre = tests[0].classes[k];
    add(genre + " precision", [&](std::size_t m) { return tests[m].per_class[k].precision; });
    add(genre + " TPR", [&](std::size_t m) { return tests[m].per_class[k].true_positive_rate; });
    add(genre + " FPR", [&](std::size_t m) { return tests[m].per_class[k].false_positive_rate; });
  }
  return rows;
}

/// All splits' test sets judged as one.
Metrics together(const std::vector<Metrics>& tests) {
  std::vector<std::int32_t> truth, predicted;
  double loss = 0;
  for (const auto& test : tests) {
    loss += test.loss / static_cast<double>(tests.size());
    for (std::size_t t = 0; t < test.confusion.size(); ++t)
      for (std::size_t p = 0; p < test.confusion.size(); ++p) {
        truth.insert(truth.end(), static_cast<std::size_t>(test.confusion[t][p]),
                     static_cast<std::int32_t>(t));
        predicted.insert(predicted.end(), static_cast<std::size_t>(test.confusion[t][p]),
                         static_cast<std::int32_t>(p));
      }
  }
  return measure(predicted, truth, tests[0].classes, loss);
}

void print_rows(const std::vector<Row>& rows, bool with_report) {
  std::cout << std::left << std::setw(22) << "" << std::right << std::setw(10)
            << (with_report ? "report" : "") << std::setw(10) << "mean" << std::setw(10) << "± s.d."
            << std::setw(10) << "lowest" << std::setw(10) << "highest\n";
  for (const auto& row : rows) {
    const auto [low, high] = std::minmax_element(row.values.begin(), row.values.end());
    std::cout << std::left << std::setw(22) << row.label << std::right << std::fixed
              << std::setprecision(4) << std::setw(10);
    if (row.report && with_report)
      std::cout << *row.report;
    else
      std::cout << "";
    std::cout << std::setw(10) << row.mean() << std::setw(10) << row.deviation() << std::setw(10)
              << *low << std::setw(10) << *high << '\n';
  }
}

json to_json(const std::vector<Row>& rows, const Metrics& all) {
  json document = {{"rows", json::array()}, {"all_test_sets", to_json(all)}};
  for (const auto& row : rows)
    document["rows"].push_back({{"name", row.label},
                                {"report", row.report ? json(*row.report) : json()},
                                {"mean", row.mean()},
                                {"deviation", row.deviation()},
                                {"values", row.values}});
  return document;
}

int reproduce(const ReproduceOptions& o) {
  const FeatureOptions& f = o.features;
  const Device device = f.common.prepare();
  const FeatureTable table = load_feature_table(f.data);
  const auto splits = splits_of(o, table);
  if (splits[0].test.empty() || splits[0].validation.empty())
    throw Error("--test and --validation must leave some songs to test and to validate on");
  const FeatureRecipe recipe = f.recipe(device);
  EpochLines lines(f.epochs, static_cast<std::int64_t>(splits[0].train.size()), "songs",
                   f.common.quiet);
  FeatureClassifiers classifiers = build_classifiers(table, splits, recipe);
  const History history =
      train_classifiers(classifiers, table, splits, recipe, {},
                        {.on_step = [&](int epoch, std::int64_t step, std::int64_t steps) {
                          lines.step(epoch, step, steps);
                        }});

  std::vector<Metrics> tests;
  for (std::size_t m = 0; m < splits.size(); ++m)
    tests.push_back(
        measure(classifiers.predict(static_cast<std::int64_t>(m), table, splits[m].test),
                labels_of(table.labels, splits[m].test), table.classes));
  const auto rows = rows_of(f.model, history.back(), tests);
  const Metrics all = together(tests);
  if (f.common.json) {
    std::cout << to_json(rows, all).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return done;
  }
  std::cout << splits.size() << (o.folds ? " folds" : " splits") << " of " << splits[0].train.size()
            << " / " << splits[0].validation.size() << " / " << splits[0].test.size()
            << " songs to train, validate and test on; the report had one split\n\n";
  print_rows(rows, table.classes == std::vector<std::string>{"pop", "classical"});
  std::cout << "\nAll test sets together:\n\n" << confusion_table(all);
  return done;
}

void add_command(CLI::App& parent, FeatureModel model, const char* description, int& status) {
  auto* command = parent.add_subcommand(name(model), description);
  const auto o = std::make_shared<ReproduceOptions>(model);
  o->features.add_to(*command);
  command->add_option("--seeds", o->seeds, "Splits, trained side by side")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--folds", o->folds, "Cross-validate with this many folds instead; 0 does not")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->callback([o, &status] { status = reproduce(*o); });
}

}  // namespace

void add_reproduce(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "reproduce", "A report's experiment over many splits: its numbers beside ours");
  command->require_subcommand(1);
  add_command(*command, FeatureModel::lstm, "The LSTM classifier's report", status);
  add_command(*command, FeatureModel::rnn, "The simple RNN's report", status);
}

}  // namespace tutti
