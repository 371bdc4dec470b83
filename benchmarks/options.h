#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "kernels/device_names.h"
#include "kernels/gpu_description.h"
#include "kernels/support/threads.h"

namespace tutti {

/// Takes --NAME=VALUE out of the arguments; empty if it is not there.
inline std::string take_option(int& argc, char** argv, std::string_view name) {
  const std::string prefix = "--" + std::string(name) + "=";
  std::string value;
  int kept = 0;
  for (int i = 0; i < argc; ++i)
    if (std::strncmp(argv[i], prefix.c_str(), prefix.size()) == 0)
      value = argv[i] + prefix.size();
    else
      argv[kept++] = argv[i];
  argc = kept;
  return value;
}

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

/// Sets the precision of --precision=fp32|tf32|bf16.
inline void take_precision(int& argc, char** argv) {
  const std::string wanted = take_option(argc, argv, "precision");
  for (const auto precision : {Precision::fp32, Precision::tf32, Precision::bf16})
    if (wanted == name(precision)) set_precision(precision);
}

/// Sets the number of threads of --threads=N.
inline void take_threads(int& argc, char** argv) {
  const std::string threads = take_option(argc, argv, "threads");
  if (!threads.empty()) set_thread_count(std::atoi(threads.c_str()));
}

}  // namespace tutti
