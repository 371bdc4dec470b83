#pragma once
#include <filesystem>
#include <vector>

namespace tutti {

/// The picture files (.png, .jpg, .jpeg, .bmp) below a folder, sorted; the path itself if it is a
/// file. Links are followed, hidden entries left out. An Error if there is no such path, no picture
/// in it, or a folder that cannot be read.
std::vector<std::filesystem::path> find_pictures(const std::filesystem::path& path);

/// The folders, and the picture files, that stand in a folder; sorted by name, hidden ones left
/// out. An Error if it cannot be read.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);
std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder);

}  // namespace tutti
