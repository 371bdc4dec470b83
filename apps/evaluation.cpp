#include "apps/evaluation.h"

#include <iomanip>
#include <sstream>

#include "reports/metrics_json.h"
#include "reports/metrics_table.h"

namespace tutti {

Evaluation evaluate(const Tensor& scores, const std::vector<std::int32_t>& labels,
                    const std::vector<std::string>& classes, const std::string& unit,
                    std::optional<Vote> rule) {
  const Metrics of_mean = measure(mean_probabilities(scores), labels, classes);
  if (!rule) return {of_mean, {}, {}, unit};
  Evaluation result{measure(vote(scores, *rule), labels, classes, of_mean.loss), {}, {}, unit};
  result.metrics.calibration_error = of_mean.calibration_error;
  result.metrics.calibration = of_mean.calibration;
  for (const auto& member : member_labels(scores))
    result.members.push_back(measure(member, labels, classes, 0).accuracy);
  return result;
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
