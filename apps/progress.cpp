#include "apps/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace tutti {
namespace {

std::string time_left(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace

ProgressBar::ProgressBar(std::string label, std::string unit, bool quiet)
    : label_(std::move(label)), unit_(std::move(unit)), draws_(!quiet && ::isatty(STDERR_FILENO)) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

void ProgressBar::update(std::int64_t finished, std::int64_t total) {
  const auto now = Clock::now();
  if (finished < finished_ || finished_ < 0) {  // what was finished before, another time
    before_ = finished;
    start_ = now;
  }
  finished_ = finished;
  if (!draws_ || (finished < total && now - last_ < std::chrono::milliseconds(100))) return;
  last_ = now;
  drawn_ = true;
  constexpr int width = 30;
  const double share = total ? static_cast<double>(finished) / static_cast<double>(total) : 1;
  const int filled = static_cast<int>(share * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  std::fprintf(stderr, "\r\033[K%s %s %3.0f %%  %lld/%lld %s", label_.c_str(), bar.c_str(),
               share * 100, static_cast<long long>(finished), static_cast<long long>(total),
               unit_.c_str());
  if (finished == before_) return;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(finished - before_) / seconds;
  std::fprintf(stderr, "  %.1f/s  %s left", rate,
               time_left(static_cast<double>(total - finished) / rate).c_str());
}

}  // namespace tutti
