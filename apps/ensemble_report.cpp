#include "apps/ensemble_report.h"

#include <iomanip>
#include <sstream>

#include "reports/metrics_json.h"
#include "reports/metrics_table.h"

namespace tutti {

EnsembleReport judge(const Ensemble& ensemble, const Examples& examples,
                     const std::vector<std::string>& classes, Vote rule) {
  const auto scores = ensemble.predict_classifiers(examples.x, examples.rows);
  const auto labels = examples.row_labels();
  const Metrics of_mean = measure(mean_probabilities(scores.scores), labels, classes);
  EnsembleReport report{measure(vote(scores, rule), labels, classes, of_mean.loss), {}, {}};
  for (const auto& member : scores.labels)
    report.members.push_back(measure(member, labels, classes, 0).accuracy);
  return report;
}

nlohmann::json to_json(const EnsembleReport& report) {
  nlohmann::json document = to_json(report.metrics);
  document["members"] = report.members;
  document["out_of_bag_accuracy"] =
      report.out_of_bag_accuracy ? nlohmann::json(*report.out_of_bag_accuracy) : nlohmann::json();
  return document;
}

std::string to_text(const EnsembleReport& report) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(4);
  text << "accuracy            " << report.metrics.accuracy << "  of " << report.metrics.examples()
       << " pictures, " << report.members.size() << " members voting\n";
  text << "loss                " << report.metrics.loss << '\n';
  text << "members             ";
  for (const double accuracy : report.members) text << accuracy << ' ';
  if (report.out_of_bag_accuracy) text << "\nout-of-bag accuracy " << *report.out_of_bag_accuracy;
  text << "\n\n" << class_table(report.metrics) << '\n' << confusion_table(report.metrics);
  return text.str();
}

Vote vote_named(const std::string& name) {
  return name == "majority" ? Vote::majority : Vote::mean;
}

}  // namespace tutti
