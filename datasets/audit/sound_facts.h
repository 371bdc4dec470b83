#pragma once
#include <cstdint>
#include <filesystem>

namespace tutti {

/// What an audio file is like before anything is made of it.
struct SoundFacts {
  int sample_rate = 0;
  double seconds = 0;  // that it holds, as its header says
  double missing = 0;  // the share of the sound that its header promises behind the file's end
  double loudest = 0;  // of the first 31 s, as everything below; 1 is full scale
  double clipped = 0;  // the share of samples in runs of at least 4 at the loudest value
  double silent_start = 0, silent_end = 0;  // seconds below -80 dB of full scale
};

/// Errors as AudioFile's.
SoundFacts sound_facts(const std::filesystem::path& path);

}  // namespace tutti
