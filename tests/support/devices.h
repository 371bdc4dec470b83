#pragma once
#include <vector>

#include "engine/tensor.h"
#include "kernels/gpu_description.h"

namespace tutti::test {

/// Where the GPU's kernels run: the machine in software, and a GPU if there is one.
inline std::vector<Device> gpu_devices() {
  if (describe_gpu().available) return {Device::simt, Device::cuda};
  return {Device::simt};
}

}  // namespace tutti::test
