#pragma once
#include <map>
#include <vector>

#include "kernels/support/random.h"

namespace tutti {

/// Mono sound at synthetic_sample_rate, 1 is full scale.
using Sound = std::vector<double>;

/// Adds `level` times a sound to a track from a moment on; what lies beyond its end is lost.
void mix(Sound& track, const Sound& sound, double seconds, double level);

/// What a pitched instrument sounds like.
struct Timbre {
  double slope;  // the amplitude of harmonic n is n^-slope
  int stride;    // 1: all harmonics; 2: the odd ones, as in a clarinet; 3: 1, 4, 7 …, like a bell
  int harmonics;   // the highest one
  double attack;   // seconds to full level
  double decay;    // seconds from there to 1/e of the way to `sustain`
  double sustain;  // level held, as a share of the full one
  double vibrato;  // share of the frequency, up and down
};

/// A pitched instrument: additive synthesis into wave tables, one for every number of harmonics
/// that fits below half the sample rate, read at the note's frequency.
class Instrument {
 public:
  explicit Instrument(const Timbre& timbre) : timbre_(timbre) {}

  /// Adds a note to a track. After `length` seconds it fades.
  void play(Sound& track, double start, double length, double hertz, double level);

 private:
  const Sound& wave(int harmonics);

  Timbre timbre_;
  std::map<int, Sound> waves_;  // one period, by highest harmonic
};

/// What a drum kit sounds like.
struct Kit {
  double kick;   // hertz that the kick falls to
  double snare;  // seconds in which the snare decays to 1/e
  double hat;    // the same for the hat: short for a closed hat, long for a ride
};

Sound kick(const Kit& kit);
Sound snare(const Kit& kit, RandomStream noise);
Sound hat(const Kit& kit, RandomStream noise);

}  // namespace tutti
