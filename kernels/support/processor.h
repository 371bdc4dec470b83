#pragma once
#include <string>
#include <vector>

namespace tutti {

/// The processor that the cpu device computes on.
struct Processor {
  std::string name;                       // as the system calls it
  std::vector<std::string> instructions;  // the vector sets it offers
};
Processor describe_processor();

}  // namespace tutti
