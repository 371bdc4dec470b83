#pragma once
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>

#include "kernels/parallel.h"

namespace tutti {

/// Runs what was registered, with Google Benchmark's options and --threads=N.
inline int run_benchmarks(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc > 1 && std::strncmp(argv[1], "--threads=", 10) == 0) {
    set_thread_count(std::atoi(argv[1] + 10));
    argv[1] = argv[0];
    --argc, ++argv;
  }
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace tutti
