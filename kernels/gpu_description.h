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
  /// What the chip can do at most, dense, by its clocks and the vendor's figures for a clock.
  struct Peaks {
    double fp32 = 0, tf32 = 0, bf16 = 0;  // operations a second
    double bytes = 0;                     // of memory, a second
  };
  Peaks peaks = {};
};
const GpuDescription& describe_gpu();

/// Why this process cannot compute on it; empty if it can. Tries, where describe_gpu() only looks:
/// others may have the GPU for themselves, or all of its memory.
std::string try_gpu();

}  // namespace tutti
