#include "kernels/choose_device.h"

#include "kernels/support/error.h"

namespace tutti {

Device choose_device(std::optional<Device> wanted, const std::function<void(std::string)>& warn,
                     const GpuAtHand& gpu) {
  if (wanted && wanted != Device::cuda) return *wanted;
  const GpuDescription& found = gpu.describe();
  if (wanted && !found.available)
    throw Error("device cuda: ", found.reason, "; 'tutti devices' lists what there is");
  if (wanted) return *wanted;
  if (!found.available) return Device::cpu;
  const std::string problem = gpu.use();
  if (problem.empty()) return Device::cuda;
  warn("the GPU cannot be used, so the CPU is: " + problem);
  return Device::cpu;
}

}  // namespace tutti
