#include "benchmarks/table.h"

#include <algorithm>
#include <iomanip>

namespace tutti {
namespace {

/// Whether a run failed, as Google Benchmark says it up to 1.7, and since.
template <class Run>
bool failed(const Run& run) {
  if constexpr (requires { run.error_occurred; })
    return run.error_occurred;
  else
    return run.skipped != 0;
}

}  // namespace

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs) {
    if (run.run_type == Run::RT_Aggregate && run.aggregate_name != "median") continue;
    if (failed(run)) continue;
    const double iterations = run.run_type == Run::RT_Aggregate
                                  ? 1
                                  : static_cast<double>(std::max<std::int64_t>(1, run.iterations));
    seconds_[run.run_name.function_name] = run.real_accumulated_time / iterations;
  }
}

std::string TableReporter::name_of(const Measurement& m, bool vendor) {
  return m.operation + "/" + m.name + "/" + m.pass + "/" + m.precision + (vendor ? "/vendor" : "");
}

void TableReporter::write(std::ostream& out, const GpuDescription::Peaks& peaks) const {
  out << "| operation | case | pass | precision | µs | TFLOP/s | GB/s | floor / ours | vendor, µs "
         "| "
         "vendor / ours |\n|---|---|---|---|---|---|---|---|---|---|\n"
      << std::fixed;
  const auto time_of = [this](const std::string& name) {
    const auto found = seconds_.find(name);
    return found == seconds_.end() ? 0.0 : found->second;
  };
  for (const Measurement& row : rows_) {
    const double ours = time_of(name_of(row, false)), vendor = time_of(name_of(row, true));
    if (ours == 0) continue;
    out << "| " << row.operation << " | " << row.name << " | " << row.pass << " | " << row.precision
        << " | " << std::setprecision(1) << 1e6 * ours << " | ";
    if (row.flops > 0) out << std::setprecision(2) << row.flops / ours / 1e12;
    out << " | " << std::setprecision(0) << row.bytes / ours / 1e9 << " | ";
    const double rate = row.precision == "tf32"   ? peaks.tf32
                        : row.precision == "bf16" ? peaks.bf16
                                                  : peaks.fp32;
    if (rate > 0) {
      const double floor = std::max(row.flops / rate, row.bytes / peaks.bytes);
      out << std::setprecision(0) << 100 * floor / ours << " %";
    }
    out << " | ";
    if (vendor > 0)
      out << std::setprecision(1) << 1e6 * vendor << " | " << std::setprecision(2) << vendor / ours;
    else
      out << " | ";
    out << " |\n";
  }
}

}  // namespace tutti
