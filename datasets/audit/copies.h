#pragma once
#include <cstdint>
#include <vector>

#include "datasets/clips.h"

namespace tutti {

/// Two clips that hold the same sound.
struct Copy {
  std::size_t first = 0, second = 0;  // clips, first < second
  bool same_frames = false;           // the pictures are equal, level by level
  double similarity = 0;              // 1 for the same sound, near 0 for any other
  std::int64_t lag = 0;               // frame t of the first is frame t - lag of the second
  double overlap = 1;                 // the share of the shorter clip that is in both
};

/// Finds clips that share a part of a recording, whatever their levels, coding and the moment at
/// which they begin: compares every clip with every other at every lag. What is compared are signs
/// of how the balance of 17 neighboring bands, smoothed over 21 frames (0.8 s of a mel picture),
/// changes (after Haitsma and Kalker, A highly robust audio fingerprinting system, 2002),
/// correlated by way of their Fourier transforms. A pair counts from where its mean correlation
/// over the n frames in common times sqrt(n) reaches a level that unrelated music stays below, at
/// least 64 frames; clips of the same frames count whatever their length, silent ones never.
std::vector<Copy> find_copies(const Clips& clips, const Progress& progress = {});

}  // namespace tutti
