#pragma once
#include <cstdint>
#include <filesystem>

#include "engine/tensor.h"

namespace tutti {

/// The elements in a file from `offset` bytes on, in this machine's byte order, as a tensor on the
/// host that reads what is touched and may be larger than memory. It is mapped privately: writing
/// to it leaves the file as it is. An Error names the file that cannot be read or is too short, or
/// the offset that is not a multiple of the element's size.
Tensor map_file(const std::filesystem::path& path, std::int64_t offset, Shape shape, DType type);

/// Has bytes that map_file() mapped read ahead in large pieces: they are about to be read from
/// start to end.
void read_in_order(const Tensor& bytes);

}  // namespace tutti
