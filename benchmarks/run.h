#pragma once
#include <benchmark/benchmark.h>

#include "benchmarks/options.h"

namespace tutti {

/// Runs what was registered, with Google Benchmark's options and --threads=N.
inline int run_benchmarks(int argc, char** argv, benchmark::BenchmarkReporter* reporter = nullptr) {
  take_threads(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (reporter)
    benchmark::RunSpecifiedBenchmarks(reporter);
  else
    benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace tutti
