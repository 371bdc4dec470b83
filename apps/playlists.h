#pragma once
#include <filesystem>
#include <vector>

#include "models/prediction.h"

namespace tutti {

/// Writes a playlist (.m3u8) of each genre into a folder, with the songs' absolute paths in their
/// order. An Error names a song whose path a playlist cannot hold.
void write_playlists(const std::filesystem::path& folder, const std::vector<Prediction>& songs);

}  // namespace tutti
