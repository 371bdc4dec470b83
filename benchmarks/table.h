#pragma once
#include <benchmark/benchmark.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "kernels/gpu_description.h"

namespace tutti {

/// What one pass of an operation costs, as a row of the table of results.
struct Measurement {
  std::string operation, name, pass, precision;
  double flops = 0, bytes = 0;  // that it must do and move at least
};

/// Prints runs as Google Benchmark does, and keeps them for a table in Markdown: ours, how near the
/// chip's peak, and the vendor's library beside it.
class TableReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;

  /// The name under which a measurement is registered.
  static std::string name_of(const Measurement& m, bool vendor);
  void expect(const Measurement& measurement) { rows_.push_back(measurement); }

  void write(std::ostream& out, const GpuDescription::Peaks& peaks) const;

 private:
  std::vector<Measurement> rows_;
  std::map<std::string, double> seconds_;  // by name
};

}  // namespace tutti
