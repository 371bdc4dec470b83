#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
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

/// The one of `all` that --OPTION=NAME names; the usual one unless given.
template <class T>
T take_named(int& argc, char** argv, std::string_view option, T usual,
             std::initializer_list<T> all) {
  const std::string wanted = take_option(argc, argv, option);
  if (wanted.empty()) return usual;
  std::string names;
  for (const T one : all) {
    if (wanted == name(one)) return one;
    names += std::string(names.empty() ? "" : ", ") + name(one);
  }
  std::fprintf(stderr, "--%s=%s: choose one of %s\n", std::string(option).c_str(), wanted.c_str(),
               names.c_str());
  std::exit(2);
}

/// The device of --device=cpu|cuda|simt; cpu unless given.
inline Device take_device(int& argc, char** argv) {
  const Device device =
      take_named(argc, argv, "device", Device::cpu, {Device::cpu, Device::cuda, Device::simt});
  if (device == Device::cuda && !describe_gpu().available) {
    std::fprintf(stderr, "--device=cuda: %s\n", describe_gpu().reason.c_str());
    std::exit(1);
  }
  return device;
}

/// Sets the precision of --precision=fp32|tf32|bf16; the usual one unless given.
inline void take_precision(int& argc, char** argv) {
  set_precision(take_named(argc, argv, "precision", precision(),
                           {Precision::fp32, Precision::tf32, Precision::bf16}));
}

/// Sets the number of threads of --threads=N.
inline void take_threads(int& argc, char** argv) {
  const std::string threads = take_option(argc, argv, "threads");
  if (!threads.empty()) set_thread_count(std::atoi(threads.c_str()));
}

}  // namespace tutti
