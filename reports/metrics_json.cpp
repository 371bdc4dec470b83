#include "reports/metrics_json.h"

#include <charconv>
#include <cmath>

#include "kernels/support/text.h"

namespace tutti {
namespace {

nlohmann::json to_json(const ClassMetrics& metrics) {
  return {{"precision", metrics.precision},
          {"recall", metrics.recall},
          {"true_positive_rate", metrics.true_positive_rate},
          {"false_positive_rate", metrics.false_positive_rate},
          {"f1", metrics.f1}};
}

/// JSON is UTF-8 by definition; a folder's name need not be.
std::string valid_utf8(const std::string& text) { return encode_utf8(decode_utf8(text)); }

std::string csv_cell(double value) {
  if (std::isnan(value)) return "";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

}  // namespace

nlohmann::json to_json(const Metrics& metrics) {
  auto classes = nlohmann::json::array();
  auto per_class = nlohmann::json::object();
  for (std::size_t genre = 0; genre < metrics.classes.size(); ++genre) {
    const std::string name = valid_utf8(metrics.classes[genre]);
    classes.push_back(name);
    per_class[name] = to_json(metrics.per_class[genre]);
  }
  nlohmann::json document = {{"accuracy", metrics.accuracy},
                             {"loss", metrics.loss},
                             {"classes", classes},
                             {"confusion", metrics.confusion},
                             {"per_class", per_class}};
  if (metrics.calibration_error) document["calibration_error"] = *metrics.calibration_error;
  for (const auto& bin : metrics.calibration)
    document["calibration"].push_back(
        {{"examples", bin.examples}, {"probability", bin.probability}, {"accuracy", bin.accuracy}});
  return document;
}

std::string confusion_csv(const Metrics& metrics) {
  std::string csv = "true\\predicted";
  for (const auto& genre : metrics.classes) csv += ',' + csv_cell(genre);
  csv += '\n';
  for (std::size_t genre = 0; genre < metrics.classes.size(); ++genre) {
    csv += csv_cell(metrics.classes[genre]);
    for (const auto count : metrics.confusion[genre]) csv += ',' + std::to_string(count);
    csv += '\n';
  }
  return csv;
}

std::string history_csv(const History& history) {
  std::string csv = "epoch,member,loss,accuracy,val_loss,val_accuracy\n";
  for (std::size_t epoch = 0; epoch < history.size(); ++epoch)
    for (std::size_t member = 0; member < history[epoch].size(); ++member) {
      const EpochResult& result = history[epoch][member];
      csv += std::to_string(epoch + 1) + ',' + std::to_string(member);
      for (const double value :
           {result.loss, result.accuracy, result.val_loss, result.val_accuracy})
        csv += ',' + csv_cell(value);
      csv += '\n';
    }
  return csv;
}

}  // namespace tutti
