#include "apps/training/training_log.h"

#include <cmath>

#include "apps/training/epoch_lines.h"
#include "kernels/support/files.h"

namespace tutti {
namespace fs = std::filesystem;

TrainingLog::TrainingLog(fs::path folder, bool members, const History& before)
    : folder_(std::move(folder)), members_(members) {
  if (has_event_files(folder_ / "train"))
    epoch_ = std::ssize(before);
  else
    for (const auto& results : before) epoch(results);
}

void TrainingLog::epoch(const std::vector<EpochResult>& members) {
  ++epoch_;
  add(folder_, mean_result(members));
  for (std::size_t k = 0; members_ && k < members.size(); ++k)
    add(folder_ / ("member_" + std::to_string(k)), members[k]);
}

void TrainingLog::add(const fs::path& folder, const EpochResult& result) {
  scalars(folder / "train", result.loss, result.accuracy);
  if (!std::isnan(result.val_loss))  // there is a validation part
    scalars(folder / "validation", result.val_loss, result.val_accuracy);
}

void TrainingLog::scalars(const fs::path& folder, double loss, double accuracy) {
  auto& file = files_[folder];
  if (!file) file = std::make_unique<EventFile>(folder);
  file->scalar("epoch_loss", epoch_, loss);
  file->scalar("epoch_accuracy", epoch_, accuracy);
}

void log_result(const fs::path& folder, const nlohmann::json& options,
                const nlohmann::json& metrics, const fs::path& confusion) {
  EventFile file(folder);
  file.hyper_parameters(options);
  file.scalar("test_accuracy", 0, metrics.at("accuracy").get<double>());
  file.scalar("test_loss", 0, metrics.at("loss").get<double>());
  file.image("confusion", 0, read_file(confusion));
}

}  // namespace tutti
