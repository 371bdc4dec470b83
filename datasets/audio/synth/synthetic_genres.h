#pragma once
#include <string_view>
#include <vector>

#include "datasets/audio/synth/instruments.h"

namespace tutti {

// Music is written as bars, one character per step, and repeated. A '.' is a rest.

/// The line of a pitched instrument:
///   1 … 9  this degree of the scale, counted from the chord's root
///   x      the chord: 1 3 5      X  with its seventh: 1 3 5 7      o  an open chord: 1 5 8
///   *      the melody's next note
///   -      the note before is held
struct Voice {
  Timbre timbre;
  int octave;  // of the scale's first degree; 4 begins at middle C
  double level;
  std::string_view bar;
};

/// The lines of the drums: x is a hit, o a soft one.
struct Drums {
  Kit kit{};
  double level = 0;
  std::string_view kick{}, snare{}, hat{};
};

/// What the songs of an invented genre have in common.
struct Genre {
  std::string_view name;
  double slowest, fastest;  // beats a minute
  int steps_per_beat;
  double swing;             // how late every second step comes, in steps
  std::string_view scale;   // semitones of its seven degrees above the first, a and b for 10 and 11
  std::string_view chords;  // degree of the root, one per bar
  Drums drums{};
  std::vector<Voice> parts;
  double echo;   // level of every repeat, three steps after the one before
  double noise;  // standard deviation of the hiss
};

/// All of them, sorted by name.
const std::vector<Genre>& genre_table();

}  // namespace tutti
