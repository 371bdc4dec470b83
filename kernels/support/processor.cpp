#include "kernels/support/processor.h"

#include <fstream>

namespace tutti {

Processor describe_processor() {
  Processor processor{"unknown processor", {}};
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) {
      processor.name = line.substr(line.find(':') + 2);
      break;
    }
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx")) processor.instructions.push_back("AVX");
  if (__builtin_cpu_supports("avx2")) processor.instructions.push_back("AVX2");
  if (__builtin_cpu_supports("fma")) processor.instructions.push_back("FMA");
  if (__builtin_cpu_supports("avx512f")) processor.instructions.push_back("AVX-512");
#endif
  return processor;
}

}  // namespace tutti
