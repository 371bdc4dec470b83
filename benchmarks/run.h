#pragma once
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "benchmarks/options.h"
#include "kernels/gpu_description.h"
#include "kernels/parallel.h"

namespace tutti {

/// The device of --device=cpu|cuda|simt; cpu unless given.
inline Device take_device(int& argc, char** argv) {
  const std::string wanted = take_option(argc, argv, "device");
  if (wanted == "cuda" && !describe_gpu().available) {
    std::fprintf(stderr, "--device=cuda: %s\n", describe_gpu().reason.c_str());
    std::exit(1);
  }
  for (const Device device : {Device::cuda, Device::simt})
    if (wanted == name(device)) return device;
  return Device::cpu;
}

/// Runs what was registered, with Google Benchmark's options and --threads=N.
inline int run_benchmarks(int argc, char** argv, benchmark::BenchmarkReporter* reporter = nullptr) {
  const std::string threads = take_option(argc, argv, "threads");
  if (!threads.empty()) set_thread_count(std::atoi(threads.c_str()));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (reporter)
    benchmark::RunSpecifiedBenchmarks(reporter);
  else
    benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace tutti
