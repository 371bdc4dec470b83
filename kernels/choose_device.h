#pragma once
#include <functional>
#include <optional>
#include <string>

#include "kernels/device.h"
#include "kernels/gpu_description.h"

namespace tutti {

/// The GPU as a process finds it; tests give another.
struct GpuAtHand {
  const GpuDescription& (*describe)() = describe_gpu;
  std::string (*use)() = try_gpu;
};

/// The device that was asked for, an Error with the reason if that is a GPU that is missing; else
/// the GPU if there is one, or the CPU. warn(why) is called if the GPU that is there cannot be
/// used.
Device choose_device(std::optional<Device> wanted, const std::function<void(std::string)>& warn,
                     const GpuAtHand& gpu = {});

}  // namespace tutti
