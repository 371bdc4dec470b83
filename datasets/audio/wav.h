#pragma once
#include <filesystem>
#include <vector>

namespace tutti {

/// Writes mono samples in [-1, 1] (beyond is clipped) as 16-bit PCM, atomically. An Error names the
/// file if it cannot be written.
void write_wav(const std::filesystem::path& path, const std::vector<float>& samples,
               int sample_rate);

}  // namespace tutti
