#pragma once
#include <filesystem>
#include <vector>

#include "datasets/media_files.h"
#include "models/prediction.h"

namespace tutti {

/// Writes a playlist (.m3u8) of each genre into a folder, with the songs' absolute paths in their
/// order. Returns the songs whose paths a playlist cannot hold, which are left out.
std::vector<BadFile> write_playlists(const std::filesystem::path& folder,
                                     const std::vector<Prediction>& songs);

}  // namespace tutti
