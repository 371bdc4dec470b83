#pragma once
#include <filesystem>

namespace tutti {

/// The folder of the built-in model's run: $TUTTI_PRETRAINED, else beside the program as it is
/// installed (../share/tutti/pretrained) or beside the Python module (share/tutti/pretrained), else
/// in the installed or the source folder that this was built with. An Error if it is in none.
std::filesystem::path pretrained_folder();

/// The folder of a run; of the word "pretrained", the built-in model's. A folder of that name is
/// ./pretrained.
std::filesystem::path run_folder(const std::filesystem::path& run);

}  // namespace tutti
