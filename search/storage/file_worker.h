#pragma once
#include <filesystem>

#include "search/storage/database.h"

namespace tutti {

/// A worker's number is the first byte of a file that nobody has locked. The kernel lets go of the
/// lock when the process ends.
std::unique_ptr<Worker> lock_byte_of(const std::filesystem::path& file);

}  // namespace tutti
