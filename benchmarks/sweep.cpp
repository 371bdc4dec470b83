#include "benchmarks/sweep.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>

#include "engine/storage.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "reports/charts.h"

namespace tutti {
namespace {

constexpr double longest = 20, largest = 6e9;  // seconds and bytes that one call may take
constexpr double least_seconds = 2;            // in all, of a point
constexpr std::size_t fewest = 3;              // calls

std::vector<double> sorted_seconds(const Work& work) {
  using Clock = std::chrono::steady_clock;
  work();
  std::vector<double> seconds;
  for (double sum = 0; sum < least_seconds || seconds.size() < fewest; sum += seconds.back()) {
    const auto start = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Measures one series, a row of the table a point.
class SeriesRun {
 public:
  SeriesRun(const Sweep& sweep, const Sweep::Series& series) : sweep_(sweep), series_(series) {}

  Growth::Line run();

 private:
  void measure(std::int64_t value);
  void print(const std::vector<double>& seconds) const;
  std::string too_much(std::int64_t next) const;

  const Sweep& sweep_;
  const Sweep::Series& series_;
  std::vector<Growth::Point> points_;
  double bytes_ = 0;  // resident at the last point
};

Growth::Line SeriesRun::run() {
  std::cout << "\n| " << sweep_.parameter << " | " << series_.name
            << " | least … most | calls | / the first |";
  for (const auto& [name, power] : sweep_.comparisons) std::cout << " / " << name << " |";
  std::cout << "\n|---|---|---|---|---|";
  for (std::size_t i = 0; i < sweep_.comparisons.size(); ++i) std::cout << "---|";
  std::cout << "\n";
  for (const std::int64_t value : sweep_.values) {
    std::string reason = too_much(value);
    if (reason.empty()) try {
        measure(value);
      } catch (const OutOfMemory& problem) {
        reason = problem.what();
      }
    release_unused_memory();
    if (reason.empty()) continue;
    std::cout << "\nStopped before " << sweep_.parameter << " " << value << ": " << reason << ".\n";
    break;
  }
  return {series_.name, points_};
}

/// Why the next point is left out, if what the last one took grows in proportion; empty if not.
std::string SeriesRun::too_much(std::int64_t next) const {
  if (points_.empty()) return {};
  const double factor = std::max(1.0, static_cast<double>(next) / points_.back().value);
  if (factor * points_.back().seconds > longest)
    return "a call would take about " + duration(factor * points_.back().seconds);
  if (factor * bytes_ > largest)
    return "it would take about " + fixed(factor * bytes_ / 1e9, 1) + " GB of memory";
  return {};
}

void SeriesRun::measure(std::int64_t value) {
  const Work work = series_.prepare(value);
  const auto seconds = sorted_seconds(work);
  bytes_ = resident_bytes();
  points_.push_back({static_cast<double>(value), seconds[seconds.size() / 2]});
  print(seconds);
}

void SeriesRun::print(const std::vector<double>& seconds) const {
  const auto &first = points_.front(), &last = points_.back();
  const double factor = last.seconds / first.seconds;
  std::cout << "| " << last.value << " | " << duration(last.seconds) << " | "
            << duration(seconds.front()) << " … " << duration(seconds.back()) << " | "
            << seconds.size() << " | " << fixed(factor, 2) << " |";
  for (const auto& [name, power] : sweep_.comparisons)
    std::cout << " " << fixed(factor / std::pow(last.value / first.value, power), 2) << " |";
  std::cout << std::endl;
}

/// "at 64, 41 times the time at 1".
std::string summary(const Growth::Line& line) {
  const auto &first = line.points.front(), &last = line.points.back();
  const double factor = last.seconds / first.seconds;
  return "at " + fixed(last.value, 0) + ", " + fixed(factor, factor < 10 ? 2 : 0) +
         " times the time at " + fixed(first.value, 0);
}

}  // namespace

void measure(const Sweep& sweep, const std::filesystem::path& folder) {
  std::cout << "\n## " << sweep.title << "\n\n" << sweep.conditions << "\n";
  Growth growth{sweep.title, sweep.conditions, sweep.parameter, "median time", {}, {}};
  for (const auto& series : sweep.series) {
    auto line = SeriesRun(sweep, series).run();
    if (!line.points.empty()) growth.lines.push_back(std::move(line));
  }
  if (folder.empty() || growth.lines.empty()) return;
  if (growth.lines.size() == 1) growth.subtitle += "  ·  " + summary(growth.lines[0]);
  for (const auto& [name, power] : sweep.comparisons) growth.comparisons.push_back({name, power});
  draw_growth(folder / (sweep.file + ".png"), growth);
}

}  // namespace tutti
