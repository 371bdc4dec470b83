#include "apps/reproduction.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <numeric>

#include "apps/common.h"
#include "kernels/support/error.h"
#include "reports/metrics_json.h"

namespace tutti {
namespace {

using nlohmann::json;

/// A report's figures, by the label of a row: pop and classical are the genres of their table.
using Report = std::map<std::string, double>;

const Report& report_of(FeatureModel model) {
  static const Report lstm = {
      {"accuracy", 0.9653},  {"loss", 0.0489},       {"val_accuracy", 1.0},
      {"val_loss", 0.00136}, {"test accuracy", 1.0}, {"pop TPR", 1.0},
      {"pop FPR", 0.0},      {"classical TPR", 1.0}, {"classical FPR", 0.0}};
  static const Report rnn = {
      {"test accuracy", 0.9292}, {"test loss", 0.1250}, {"classical precision", 0.9545},
      {"pop TPR", 0.9411},       {"pop FPR", 0.0869},   {"classical TPR", 0.9130},
      {"classical FPR", 0.0588}};
  return model == FeatureModel::lstm ? lstm : rnn;
}

template <class ValueOf>
ReproducedFigure figure(const std::string& label, std::size_t splits, const Report& report,
                        ValueOf value_of) {
  const auto found = report.find(label);
  ReproducedFigure figure{
      label, {}, found == report.end() ? std::nullopt : std::optional(found->second)};
  for (std::size_t i = 0; i < splits; ++i) figure.values.push_back(value_of(i));
  return figure;
}

void append_tests(std::vector<ReproducedFigure>& figures, const std::vector<Metrics>& tests,
                  const Report& report) {
  const auto add = [&](const std::string& label, auto value_of) {
    figures.push_back(
        figure(label, tests.size(), report, [&](std::size_t i) { return value_of(tests[i]); }));
  };
  add("test accuracy", [](const Metrics& test) { return test.accuracy; });
  add("test loss", [](const Metrics& test) { return test.loss; });
  for (std::size_t k = 0; k < tests[0].classes.size(); ++k) {
    const auto of_genre = [&](const char* what, auto rate) {
      add(tests[0].classes[k] + what,
          [k, rate](const Metrics& test) { return test.per_class[k].*rate; });
    };
    of_genre(" precision", &ClassMetrics::precision);
    of_genre(" TPR", &ClassMetrics::true_positive_rate);
    of_genre(" FPR", &ClassMetrics::false_positive_rate);
  }
}

}  // namespace

void SplitCount::add_to(CLI::App& command) {
  command.add_option("--seeds", seeds, "Splits to train on")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command.add_option("--folds", folds, "Cross-validate with this many folds instead; 0 does not")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
}

std::vector<ThreeWaySplit> splits_of(const SplitCount& count, const SplitPlan& plan,
                                     const SplitData& data, double test_share,
                                     double validation_share_of_rest, std::uint64_t seed) {
  std::vector<ThreeWaySplit> splits;
  if (count.folds > 0) {
    for (const auto& fold : folds_by(plan, data, count.folds, seed)) {
      const auto rest = split_by(plan, data, fold.train, validation_share_of_rest, 0, seed);
      splits.push_back({rest.train, rest.test, fold.test});
    }
  } else {
    for (int s = 0; s < count.seeds; ++s)
      splits.push_back(split_by(plan, data, test_share, validation_share_of_rest,
                                seed + static_cast<std::uint64_t>(s)));
  }
  if (splits[0].test.empty()) throw Error("nothing is left to test on; choose a larger share");
  return splits;
}

double ReproducedFigure::mean() const {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double ReproducedFigure::standard_deviation() const {
  double squares = 0;
  for (const double value : values) squares += (value - mean()) * (value - mean());
  return values.size() < 2 ? 0 : std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::vector<ReproducedFigure> figures_of(FeatureModel model, const std::vector<EpochResult>& last,
                                         const std::vector<Metrics>& tests) {
  const Report& report = report_of(model);
  std::vector<ReproducedFigure> figures;
  const auto add = [&](const std::string& label, double EpochResult::*value) {
    figures.push_back(
        figure(label, last.size(), report, [&](std::size_t i) { return last[i].*value; }));
  };
  add("accuracy", &EpochResult::accuracy);
  add("loss", &EpochResult::loss);
  add("val_accuracy", &EpochResult::val_accuracy);
  add("val_loss", &EpochResult::val_loss);
  append_tests(figures, tests, report);
  return figures;
}

std::vector<ReproducedFigure> figures_of(const std::vector<Metrics>& tests) {
  std::vector<ReproducedFigure> figures;
  append_tests(figures, tests, {});
  return figures;
}

Metrics pool(const std::vector<Metrics>& tests) {
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

void print_figures(const std::vector<ReproducedFigure>& figures, bool with_report) {
  std::cout << std::left << std::setw(22) << "" << std::right << std::setw(10)
            << (with_report ? "report" : "") << std::setw(10) << "mean" << std::setw(10) << "± s.d."
            << std::setw(10) << "lowest" << std::setw(10) << "highest\n";
  for (const auto& figure : figures) {
    const auto [low, high] = std::minmax_element(figure.values.begin(), figure.values.end());
    std::cout << std::left << std::setw(22) << figure.label << std::right << std::fixed
              << std::setprecision(4) << std::setw(10);
    if (figure.report && with_report)
      std::cout << *figure.report;
    else
      std::cout << "";
    std::cout << std::setw(10) << figure.mean() << std::setw(10) << figure.standard_deviation()
              << std::setw(10) << *low << std::setw(10) << *high << '\n';
  }
}

json to_json(const std::vector<ReproducedFigure>& figures, const Metrics& all) {
  json document = {{"rows", json::array()}, {"all_test_sets", to_json(all)}};
  for (const auto& figure : figures)
    document["rows"].push_back({{"name", figure.label},
                                {"report", figure.report ? json(*figure.report) : json()},
                                {"mean", figure.mean()},
                                {"deviation", figure.standard_deviation()},
                                {"values", figure.values}});
  return document;
}

}  // namespace tutti
