#pragma once
#include <filesystem>

#include "engine/tensor.h"

namespace tutti {

/// NumPy's .npy files (format 1 to 3): an array of numbers in C order, little-endian.

/// Floats, doubles, integers and booleans as float32, on the cpu. An Error names the file and what
/// is wrong with it.
Tensor read_npy(const std::filesystem::path& path);

/// A float32 tensor of any device.
void write_npy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace tutti
