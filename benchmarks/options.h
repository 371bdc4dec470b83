#pragma once
#include <cstring>
#include <string>
#include <string_view>

#include "kernels/device.h"

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

inline const char* name(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::tf32:
      return "tf32";
    case Precision::bf16:
      return "bf16";
  }
  return "?";
}

}  // namespace tutti
