#pragma once
#include <cstdint>
#include <vector>

#include "datasets/audio/librosa_version.h"

namespace tutti {

/// Beats a minute of a song by the strength of its onsets, one value per frame: where the mean
/// autocorrelation over windows of 8 s is highest, weighed by a prior around 120 and below 320.
/// librosa.feature.tempo, in 0.6 librosa.beat.tempo.
double estimate_tempo(const std::vector<double>& onsets, LibrosaVersion version);

/// The number of beats at a tempo: librosa.beat.beat_track (dynamic programming, Ellis 2007).
std::int64_t count_beats(const std::vector<double>& onsets, double tempo, LibrosaVersion version);

}  // namespace tutti
