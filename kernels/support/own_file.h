#pragma once
#include <filesystem>

namespace tutti {

/// The file that this code is in: a program, or the Python module. Empty if that is not known.
std::filesystem::path own_file();

}  // namespace tutti
