#pragma once
#include "models/keras/hdf5/hdf5.h"
#include "models/keras/parts.h"

namespace tutti::keras {

/// Reads the weights of a description's layers from the folders in which an archive, and a file of
/// Keras 3 with weights alone, keep them.
void read_folders(const hdf5::File& file, Description& description, std::uint64_t& budget);

}  // namespace tutti::keras
