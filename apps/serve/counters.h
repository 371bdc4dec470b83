#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "apps/serve/work_queue.h"

namespace tutti {

/// What a server has done, for Prometheus.
class Counters {
 public:
  void answered(int status);
  void listened(std::size_t named, std::size_t failed, double seconds);

  /// In Prometheus' text format.
  std::string text(const WorkQueue::Lengths& queue) const;

 private:
  static constexpr std::array<double, 9> limits = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

  mutable std::mutex mutex_;
  std::map<int, std::uint64_t> requests_;  // by status
  std::uint64_t named_ = 0, failed_ = 0;   // songs
  std::array<std::uint64_t, limits.size() + 1> took_{};
  double seconds_ = 0;
};

}  // namespace tutti
