#include "apps/training/epoch_lines.h"

#include <cmath>
#include <iomanip>
#include <iostream>

namespace tutti {

EpochLines::EpochLines(int epochs, std::int64_t examples, std::string unit, bool quiet)
    : epochs_(epochs),
      examples_(examples),
      unit_(std::move(unit)),
      quiet_(quiet),
      bar_("", "steps", quiet) {}

void EpochLines::resumed(const History& finished) {
  if (!quiet_) std::cerr << "resumed after epoch " << finished.size() << '/' << epochs_ << '\n';
}

void EpochLines::step(int epoch, std::int64_t step, std::int64_t steps) {
  bar_.label("epoch " + std::to_string(epoch) + "/" + std::to_string(epochs_));
  bar_.update((epoch - 1) * steps + step, epochs_ * steps);
}

void EpochLines::epoch(int epoch, const std::vector<EpochResult>& members) {
  const double seconds = std::chrono::duration<double>(Clock::now() - last_).count();
  last_ = Clock::now();
  if (quiet_) return;
  const EpochResult mean = mean_result(members);
  bar_.clear();
  std::cerr << std::fixed << std::setprecision(4) << "epoch " << std::setw(3) << epoch << '/'
            << epochs_ << "  loss " << mean.loss << "  accuracy " << mean.accuracy;
  if (!std::isnan(mean.val_loss))  // there is a validation part
    std::cerr << "  val_loss " << mean.val_loss << "  val_accuracy " << mean.val_accuracy;
  std::cerr << "  " << std::setprecision(1) << seconds << " s, " << std::setprecision(0)
            << static_cast<double>(examples_) * static_cast<double>(members.size()) / seconds << ' '
            << unit_ << "/s" << std::endl;
}

EpochResult mean_result(const std::vector<EpochResult>& members) {
  EpochResult mean{};
  const auto n = static_cast<double>(members.size());
  for (const auto& m : members) {
    mean.loss += m.loss / n;
    mean.accuracy += m.accuracy / n;
    mean.val_loss += m.val_loss / n;
    mean.val_accuracy += m.val_accuracy / n;
  }
  return mean;
}

}  // namespace tutti
