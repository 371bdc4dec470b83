#pragma once
#include "kernels/device.h"
#include "kernels/precision.h"
#include "kernels/support/enum_names.h"

namespace tutti {

template <>
inline constexpr EnumNames<Device> enum_names<Device> = {"a device",
                                                         {{Device::cpu, "cpu"},
                                                          {Device::cuda, "cuda"},
                                                          {Device::simt, "simt"},
                                                          {Device::reference, "reference"}}};

template <>
inline constexpr EnumNames<Precision> enum_names<Precision> = {
    "a precision",
    {{Precision::fp32, "fp32"}, {Precision::tf32, "tf32"}, {Precision::bf16, "bf16"}}};

}  // namespace tutti
