#pragma once

namespace tutti {

/// Where tensors live and which implementation of the contract computes on them.
enum class Device {
  cpu,        ///< the fast one for this processor, float only
  reference,  ///< naive loops, float or double: the definition the others are tested against
  cuda,       ///< our kernels on an NVIDIA GPU, float only
  simt,       ///< the same kernels on a machine in software: slow, for checks
};

const char* name(Device device);

}  // namespace tutti
