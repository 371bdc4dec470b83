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

/// How a GPU multiplies matrices: in float on its CUDA cores, or on its tensor cores with operands
/// rounded to 10 or 7 bits of mantissa. Sums are always float. sm_75 uses fp16 for both.
enum class Precision { fp32, tf32, bf16 };

}  // namespace tutti
