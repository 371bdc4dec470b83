#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/progress.h"
#include "engine/training/history.h"

namespace tutti {

/// Training on stderr: a bar of steps on a terminal, and one line per epoch with the members' means
/// and how fast it went.
class EpochLines {
 public:
  /// `examples` is how many each member trains on in an epoch, `unit` what they are: "pictures".
  EpochLines(int epochs, std::int64_t examples, std::string unit, bool quiet);

  /// Instead of its first epochs, for a training that is resumed.
  void resumed(const History& finished);
  void step(int epoch, std::int64_t step, std::int64_t steps);
  void epoch(int epoch, const std::vector<EpochResult>& members);

 private:
  using Clock = std::chrono::steady_clock;
  int epochs_;
  std::int64_t examples_;
  std::string unit_;
  bool quiet_;
  ProgressBar bar_;
  Clock::time_point last_ = Clock::now();
};

/// The means over members of an epoch's results.
EpochResult mean_result(const std::vector<EpochResult>& members);

}  // namespace tutti
