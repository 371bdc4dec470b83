#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/clips.h"

namespace tutti {

/// Something wrong with a clip.
struct Fault {
  std::filesystem::path path;
  std::string kind;  // unreadable, silent, short, truncated, silence, clipped, rate
  std::string reason;
};

/// Faults of sound files: silent ones; shorter than nine tenths of what most last, if three of
/// four last alike; cut off by the end of the file; a second or more of silence at the start or the
/// end; one sample in a thousand and more clipped; another sample rate than most have. Files that
/// cannot be read are left to hear_clips.
std::vector<Fault> sound_faults(const std::vector<std::filesystem::path>& songs,
                                const std::filesystem::path& root, const Progress& progress = {});

/// The same of spectrograms alone: silent, short, or silent for a thirtieth at the start or the
/// end.
std::vector<Fault> picture_faults(const Clips& clips);

/// The value that most have; the least of several.
double usual(std::vector<double> values);

}  // namespace tutti
