#pragma once
#include <vector>

#include "datasets/audio/librosa_version.h"

namespace tutti {

/// The 28 features of a song in the order of feature_names(), as librosa gives them with its
/// defaults: tempo and number of beats, then means over frames of 2048 samples, 512 apart. The
/// samples are mono, at 22 050 Hz, at least a second of them.
std::vector<double> song_features(const std::vector<float>& samples, LibrosaVersion version);

}  // namespace tutti
