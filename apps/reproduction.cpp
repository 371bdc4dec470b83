#include "apps/reproduction.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <numeric>

#include "reports/metrics_json.h"

namespace tutti {
namespace {

using nlohmann::json;

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

}  // namespace

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
  std::vector<ReproducedFigure> figures;
  const auto add = [&](const std::string& label, auto value_of) {
    ReproducedFigure figure{label, {}, reported(model, label)};
    for (std::size_t m = 0; m < tests.size(); ++m) figure.values.push_back(value_of(m));
    figures.push_back(std::move(figure));
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
