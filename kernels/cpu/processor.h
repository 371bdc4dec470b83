#pragma once
#include <string>
#include <vector>

namespace tutti {

/// The processor that the cpu device computes on.
struct Processor {
  std::string name;                       // as the system calls it
  std::vector<std::string> instructions;  // the vector sets it offers
  std::string blas;                       // the library and the kernels it chose
};
Processor describe_processor();

}  // namespace tutti
