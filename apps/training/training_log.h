#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/training/history.h"
#include "reports/event_file.h"

namespace tutti {

/// A training as TensorBoard shows it: epoch_loss and epoch_accuracy in the folders train and
/// validation, as Keras writes them; with `members` also in member_K/train and member_K/validation.
class TrainingLog {
 public:
  /// `before` are the epochs of a training that is resumed; they are written unless the folder
  /// holds some already.
  TrainingLog(std::filesystem::path folder, bool members, const History& before);

  void epoch(const std::vector<EpochResult>& members);

 private:
  void add(const std::filesystem::path& folder, const EpochResult& result);
  void scalars(const std::filesystem::path& folder, double loss, double accuracy);

  std::filesystem::path folder_;
  bool members_;
  std::int64_t epoch_ = 0;
  std::map<std::filesystem::path, std::unique_ptr<EventFile>> files_;
};

/// What it was called with and what it came to on the test set (metrics.json), and the confusion
/// matrix, a PNG file, as TensorBoard shows them.
void log_result(const std::filesystem::path& folder, const nlohmann::json& options,
                const nlohmann::json& metrics, const std::filesystem::path& confusion);

}  // namespace tutti
