#include "apps/evaluation.h"

#include <iomanip>
#include <sstream>

#include "kernels/support/text.h"
#include "reports/metrics_json.h"
#include "reports/metrics_table.h"

namespace tutti {

Evaluation evaluate(const Tensor& scores, std::vector<float> probabilities,
                    const std::vector<std::int32_t>& labels,
                    const std::vector<std::string>& classes, const std::string& unit,
                    std::optional<Vote> rule) {
  Evaluation result;
  result.unit = unit;
  result.labels = labels;
  result.named = vote(scores, rule.value_or(Vote::mean));
  result.probabilities = std::move(probabilities);
  const Metrics of_mean = measure(result.probabilities, labels, classes);
  result.metrics = of_mean;
  if (!rule) return result;
  result.metrics = measure(result.named, labels, classes, of_mean.loss);
  result.metrics.calibration_error = of_mean.calibration_error;
  result.metrics.calibration = of_mean.calibration;
  for (const auto& member : member_labels(scores))
    result.members.push_back(measure(member, labels, classes, 0).accuracy);
  return result;
}

std::string predictions_csv(const Evaluation& evaluation, const std::vector<std::string>& names) {
  const auto& classes = evaluation.metrics.classes;
  std::ostringstream csv;
  csv << "path,truth,genre,probability";
  for (const auto& genre : classes) csv << ',' << csv_cell(genre);
  csv << '\n';
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto named = static_cast<std::size_t>(evaluation.named[i]);
    const float* probabilities = &evaluation.probabilities[i * classes.size()];
    csv << csv_cell(names[i]) << ','
        << csv_cell(classes[static_cast<std::size_t>(evaluation.labels[i])]) << ','
        << csv_cell(classes[named]) << ',' << probabilities[named];
    for (std::size_t k = 0; k < classes.size(); ++k) csv << ',' << probabilities[k];
    csv << '\n';
  }
  return csv.str();
}

nlohmann::json to_json(const Evaluation& evaluation) {
  nlohmann::json document = to_json(evaluation.metrics);
  if (evaluation.members.empty()) return document;
  document["members"] = evaluation.members;
  document["out_of_bag_accuracy"] = evaluation.out_of_bag_accuracy
                                        ? nlohmann::json(*evaluation.out_of_bag_accuracy)
                                        : nlohmann::json();
  return document;
}

namespace {

void write_members(std::ostream& text, const Evaluation& evaluation) {
  text << std::fixed << std::setprecision(4) << "accuracy            "
       << evaluation.metrics.accuracy << "  of " << evaluation.metrics.examples() << ' '
       << evaluation.unit << ", " << evaluation.members.size() << " members voting\n"
       << "loss                " << evaluation.metrics.loss << "\ncalibration error   "
       << evaluation.metrics.calibration_error.value_or(0) << "\nmembers             ";
  for (const double accuracy : evaluation.members) text << accuracy << ' ';
  if (evaluation.out_of_bag_accuracy)
    text << "\nout-of-bag accuracy " << *evaluation.out_of_bag_accuracy;
}

}  // namespace

std::string to_text(const Evaluation& evaluation) {
  const Metrics& metrics = evaluation.metrics;
  std::ostringstream text;
  if (evaluation.members.empty())
    text << "accuracy " << metrics.accuracy << " of " << metrics.examples() << ' '
         << evaluation.unit << ", loss " << metrics.loss << ", calibration error "
         << metrics.calibration_error.value_or(0);
  else
    write_members(text, evaluation);
  text << "\n\n" << class_table(metrics) << '\n' << confusion_table(metrics);
  return text.str();
}

}  // namespace tutti
