#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace tutti {

/// Progress of long work on stderr: a bar with rate and time left that redraws itself on a
/// terminal, nothing elsewhere. It goes away when it ends.
class ProgressBar {
 public:
  /// `unit` is what is counted: "pictures". A quiet bar draws nothing.
  ProgressBar(std::string label, std::string unit, bool quiet);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  void update(std::int64_t finished, std::int64_t total);
  void label(std::string text) { label_ = std::move(text); }
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_, unit_;
  bool draws_;
  bool drawn_ = false;
  // The rate counts what is finished after the first update: a resumed training begins far on.
  std::int64_t before_ = 0, finished_ = -1;
  Clock::time_point start_{}, last_{};
};

}  // namespace tutti
