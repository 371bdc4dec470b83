#pragma once
#include <cstddef>
#include <string>

namespace tutti {

/// The first GPU, or why there is none to use.
struct GpuDescription {
  bool available = false;
  std::string reason = {};  // empty if available
  std::string name = {}, compute_capability = {};
  std::string driver = {}, runtime = {};  // versions of CUDA; empty if there is none
  int multiprocessors = 0;
  std::size_t memory = 0;  // bytes
};
const GpuDescription& describe_gpu();

}  // namespace tutti
