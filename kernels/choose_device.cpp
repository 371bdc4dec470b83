#include "kernels/choose_device.h"

#include "kernels/support/error.h"

namespace tutti {

Device choose_device(std::optional<Device> wanted, const std::function<void(std::string)>& warn,
                     const GpuAtHand& gpu) {
  const bool available = gpu.description.available;
  if (wanted == Device::cuda && !available)
    throw Error("device cuda: ", gpu.description.reason, "; 'tutti devices' lists what there is");
  if (wanted) return *wanted;
  if (!available) return Device::cpu;
  const std::string problem = gpu.use();
  if (problem.empty()) return Device::cuda;
  warn("the GPU cannot be used, so the CPU is: " + problem);
  return Device::cpu;
}

}  // namespace tutti
