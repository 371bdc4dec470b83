#pragma once
#include <filesystem>

#include "datasets/audio/audio.h"
#include "datasets/audio/wav.h"
#include "tests/support/values.h"

namespace tutti::test {

/// Writes a song of noise, drawn by a salt.
inline void put_noise(const std::filesystem::path& path, double seconds, std::uint32_t salt = 1) {
  std::filesystem::create_directories(path.parent_path());
  write_wav(path, uniform(static_cast<std::int64_t>(seconds * song_rate), salt, 0.5), song_rate);
}

}  // namespace tutti::test
