#include "datasets/audio/synth/synthetic_genres.h"

namespace tutti {
namespace {

constexpr std::string_view major = "024579b", minor = "023578a", dorian = "023579a",
                           lydian = "024679b", mixolydian = "024579a";

// clang-format off
//                      slope stride harmonics attack decay sustain vibrato
constexpr Timbre bell    {1.1,  3,   22,     0.002, 0.60, 0.0,  0};
constexpr Timbre brass   {0.9,  1,   24,     0.050, 0.30, 0.7,  0.004};
constexpr Timbre flute   {2.2,  1,   6,      0.060, 0.50, 0.9,  0.006};
constexpr Timbre fuzz    {0.5,  1,   40,     0.004, 1.00, 0.6,  0};
constexpr Timbre organ   {1.4,  1,   9,      0.010, 0.50, 0.9,  0.003};
constexpr Timbre piano   {1.6,  1,   16,     0.004, 0.45, 0.1,  0};
constexpr Timbre pluck   {1.0,  1,   30,     0.002, 0.18, 0.0,  0};
constexpr Timbre reed    {1.1,  2,   21,     0.030, 0.40, 0.8,  0.005};
constexpr Timbre strings {1.2,  1,   20,     0.300, 1.00, 0.8,  0.003};
constexpr Timbre sub     {2.5,  1,   5,      0.005, 0.40, 0.5,  0};

}  // namespace

const std::vector<Genre>& genre_table() {
  static const std::vector<Genre> table = {
      {.name = "amble",  // a walking bass and a ride under a reed
       .slowest = 96, .fastest = 150, .steps_per_beat = 2, .swing = 0.33,
       .scale = dorian, .chords = "25142514",
       .drums = {.kit = {.kick = 62, .snare = 0.08, .hat = 0.15},
                 .level = 0.45,
                 .kick  = "o...o...",
                 .snare = "...o....",
                 .hat   = "x.xxx.xx"},
       .parts = {{sub, 2, 0.9, "1-3-5-6-"},
                 {piano, 4, 0.35, "X--X----"},
                 {reed, 5, 0.5, "**-**.*-"}},
       .echo = 0, .noise = 0.002},
      {.name = "bramble",  // plucked strings, and no drums
       .slowest = 84, .fastest = 132, .steps_per_beat = 4, .swing = 0,
       .scale = major, .chords = "15641545",
       .parts = {{pluck, 4, 0.6, "1535853515358535"},
                 {sub, 2, 0.5, "1-------5-------"},
                 {flute, 5, 0.35, "*---..*-*---...."}},
       .echo = 0.1, .noise = 0.002},
      {.name = "clatter",  // broken drums in a hurry
       .slowest = 120, .fastest = 176, .steps_per_beat = 4, .swing = 0.1,
       .scale = minor, .chords = "1166",
       .drums = {.kit = {.kick = 70, .snare = 0.12, .hat = 0.04},
                 .level = 0.9,
                 .kick  = "x.....x...x.....",
                 .snare = "....x..o.o..x..o",
                 .hat   = "x.xox.xxx.xox.xx"},
       .parts = {{sub, 1, 0.8, "1-----1---8-----"},
                 {strings, 4, 0.2, "x---------------"},
                 {bell, 5, 0.25, "*.....*......*.."}},
       .echo = 0.25, .noise = 0.006},
      {.name = "drizzle",  // long chords that melt into each other
       .slowest = 60, .fastest = 96, .steps_per_beat = 4, .swing = 0,
       .scale = lydian, .chords = "1526",
       .drums = {.kit = {.kick = 55, .snare = 0.1, .hat = 0.2},
                 .level = 0.15,
                 .hat   = "....o.......o..."},
       .parts = {{strings, 4, 0.5, "X---------------"},
                 {flute, 3, 0.4, "1-------5-------"},
                 {flute, 5, 0.35, "*-----*-----*---"}},
       .echo = 0.45, .noise = 0.004},
      {.name = "glimmer",  // bells in every corner
       .slowest = 90, .fastest = 140, .steps_per_beat = 4, .swing = 0,
       .scale = major, .chords = "4156",
       .drums = {.kit = {.kick = 60, .snare = 0.1, .hat = 0.04},
                 .level = 0.25,
                 .kick  = "x.......x.......",
                 .snare = "........o.......",
                 .hat   = "..o...o...o...o."},
       .parts = {{bell, 5, 0.5, "1.3.5.8.5.3.5.8."},
                 {organ, 3, 0.3, "x---------------"},
                 {bell, 6, 0.35, "*..*..*...*..*.."}},
       .echo = 0.4, .noise = 0.003},
      {.name = "lumber",  // heavy, and in no hurry
       .slowest = 66, .fastest = 112, .steps_per_beat = 4, .swing = 0,
       .scale = minor, .chords = "1171",
       .drums = {.kit = {.kick = 50, .snare = 0.18, .hat = 0.12},
                 .level = 0.8,
                 .kick  = "x.....x.x.......",
                 .snare = "....x.......x...",
                 .hat   = "x...x...x...x..."},
       .parts = {{fuzz, 2, 0.7, "o-.oo-..o-.o1-3-"},
                 {fuzz, 1, 0.5, "1-.11-..1-.11-3-"},
                 {fuzz, 4, 0.25, "*-------*---*---"}},
       .echo = 0, .noise = 0.008},
      {.name = "pogo",  // three chords, all downstrokes
       .slowest = 140, .fastest = 190, .steps_per_beat = 4, .swing = 0,
       .scale = mixolydian, .chords = "1451",
       .drums = {.kit = {.kick = 65, .snare = 0.1, .hat = 0.08},
                 .level = 0.75,
                 .kick  = "x...x...x...x...",
                 .snare = "..x...x...x...x.",
                 .hat   = "x.x.x.x.x.x.x.x."},
       .parts = {{fuzz, 3, 0.5, "o.o.o.o.o.o.o.o."},
                 {pluck, 2, 0.7, "1.1.1.1.1.1.1.1."},
                 {brass, 4, 0.4, "*---*-*-*---*---"}},
       .echo = 0, .noise = 0.006},
      {.name = "sway",  // chords off the beat over a round bass
       .slowest = 72, .fastest = 116, .steps_per_beat = 4, .swing = 0.15,
       .scale = dorian, .chords = "1414",
       .drums = {.kit = {.kick = 58, .snare = 0.07, .hat = 0.05},
                 .level = 0.5,
                 .kick  = "........x.......",
                 .snare = "........x.......",
                 .hat   = "x.o.x.o.x.o.x.o."},
       .parts = {{sub, 2, 1, "..1-5-..1-.3-5.."},
                 {organ, 4, 0.5, "..x...x...x...x."},
                 {brass, 4, 0.3, "*-..*---....*-.."}},
       .echo = 0.3, .noise = 0.004},
      {.name = "thud",  // a kick on every beat and saws between
       .slowest = 112, .fastest = 144, .steps_per_beat = 4, .swing = 0,
       .scale = minor, .chords = "1167",
       .drums = {.kit = {.kick = 52, .snare = 0.1, .hat = 0.06},
                 .level = 0.9,
                 .kick  = "x...x...x...x...",
                 .snare = "....o.......o...",
                 .hat   = "..x...x...x...x."},
       .parts = {{fuzz, 2, 0.35, "..11..11..11..11"},
                 {strings, 4, 0.3, "x---------------"},
                 {pluck, 5, 0.35, "1..5..8..5..3..5"}},
       .echo = 0.3, .noise = 0.004},
      {.name = "whirl",  // round and round in three
       .slowest = 120, .fastest = 190, .steps_per_beat = 2, .swing = 0,
       .scale = major, .chords = "14511451",
       .drums = {.kit = {.kick = 60, .snare = 0.06, .hat = 0.05},
                 .level = 0.3,
                 .kick  = "x.....",
                 .snare = "..o.o."},
       .parts = {{brass, 2, 0.5, "1-...."},
                 {reed, 4, 0.4, "..x.x."},
                 {reed, 5, 0.5, "*-*-**"}},
       .echo = 0.05, .noise = 0.003},
  };
  return table;
}
// clang-format on

}  // namespace tutti
