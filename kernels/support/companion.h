#pragma once
#include <filesystem>
#include <string>

namespace tutti {

/// A file that comes with the program, such as tutti-reader: looked for beside the program and
/// where it was installed. An Error says where it was looked for.
std::filesystem::path companion(const std::string& file);

}  // namespace tutti
