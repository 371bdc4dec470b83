#include "datasets/audio/synth/not_music.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/audio/synth/instruments.h"
#include "datasets/audio/synth/synth.h"
#include "kernels/support/random.h"

namespace tutti {
namespace {

constexpr double samples_a_second = synthetic_sample_rate, whole_turn = 2 * std::numbers::pi;
constexpr double lowest = 30, highest = 10000;  // hertz
constexpr double too_low_to_hear = 1;           // noise below it is brown to the ear

/// Every octave between the two is equally likely.
double draw_by_octaves(RandomStream& random, double from, double to) {
  return from * std::pow(to / from, random.uniform());
}

bool chance(RandomStream& random, double p) { return random.uniform() < p; }

/// A low-pass filter of the first order, or what it takes away: a high-pass filter.
void filter(Sound& sound, double hertz, bool below) {
  const double share = 1 - std::exp(-whole_turn * hertz / samples_a_second);
  double low = 0;
  for (double& sample : sound) {
    low += share * (sample - low);
    sample = below ? low : sample - low;
  }
}

/// Louder and softer, or in bursts.
void swell(Sound& sound, RandomStream& random) {
  const double turns = draw_by_octaves(random, 0.05, 15) * whole_turn / samples_a_second,
               least = random.uniform(), sharpness = draw_by_octaves(random, 0.5, 8);
  for (std::size_t i = 0; i < sound.size(); ++i)
    sound[i] *= least + (1 - least) * std::pow(0.5 - 0.5 * std::cos(turns * static_cast<double>(i)),
                                               sharpness);
}

/// Filters up to four times, each 6 dB per octave steeper.
void color(Sound& sound, RandomStream& random, bool below) {
  const double hertz = draw_by_octaves(random, below ? too_low_to_hear : lowest, highest);
  for (auto times = random.below(5); times > 0; --times) filter(sound, hertz, below);
}

void add_noise(Sound& sound, RandomStream& random) {
  for (double& sample : sound) sample += random.normal();
  color(sound, random, true);
  if (chance(random, 0.5)) color(sound, random, false);
}

/// One to four of them, steady or trembling, each with overtones or none.
void add_tones(Sound& sound, RandomStream& random) {
  const double seconds = static_cast<double>(sound.size()) / samples_a_second;
  for (auto count = 1 + random.below(4); count > 0; --count) {
    Timbre timbre{.slope = random.uniform(0.5, 3),
                  .stride = chance(random, 0.5) ? 1 : 2,
                  .harmonics = chance(random, 0.5) ? 1 : 30,
                  .attack = 0.01,
                  .decay = 1,
                  .sustain = 1,
                  .vibrato = chance(random, 0.3) ? random.uniform(0, 0.03) : 0};
    Instrument(timbre).play(sound, 0, seconds, draw_by_octaves(random, lowest, 5000),
                            random.uniform(0.2, 1));
  }
}

/// Between two frequencies, up, down, or up and down.
void add_sweep(Sound& sound, RandomStream& random) {
  const double from = draw_by_octaves(random, lowest, highest),
               to = draw_by_octaves(random, lowest, highest),
               period = draw_by_octaves(random, 0.5, 40) * samples_a_second;
  const bool returns = chance(random, 0.5);
  double angle = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double at = std::fmod(static_cast<double>(i) / period, 1);
    angle += whole_turn / samples_a_second * from *
             std::pow(to / from, returns ? 1 - std::abs(2 * at - 1) : at);
    sound[i] += std::sin(angle);
  }
}

/// Regular or not, each a knock that dies away.
void add_clicks(Sound& sound, RandomStream& random) {
  const double gap = samples_a_second / draw_by_octaves(random, 0.3, 30),
               hertz = draw_by_octaves(random, 100, 8000),
               decay = draw_by_octaves(random, 0.0003, 0.05) * samples_a_second;
  const bool regular = chance(random, 0.5);
  for (double start = gap * random.uniform(); start < static_cast<double>(sound.size());
       start += regular ? gap : gap * -std::log1p(-random.uniform())) {
    const auto first = static_cast<std::size_t>(start);
    const auto last = std::min(sound.size(), first + static_cast<std::size_t>(7 * decay) + 1);
    for (auto i = first; i < last; ++i) {
      const auto after = static_cast<double>(i - first);
      sound[i] +=
          std::exp(-after / decay) * std::cos(whole_turn * hertz * after / samples_a_second);
    }
  }
}

/// A sound of one kind, its loudest sample 1.
Sound of_a_kind(std::int64_t kind, std::size_t samples, RandomStream& random) {
  Sound sound(samples, 0.0);
  constexpr void (*add[])(Sound&, RandomStream&) = {add_noise, add_tones, add_sweep, add_clicks};
  add[kind](sound, random);
  if (chance(random, 0.25)) swell(sound, random);
  double loudest = 1e-9;
  for (const double sample : sound) loudest = std::max(loudest, std::abs(sample));
  for (double& sample : sound) sample /= loudest;
  return sound;
}

}  // namespace

std::vector<float> not_music(std::int64_t number, std::uint64_t seed, double seconds) {
  RandomStream random = RandomStream(seed).derive(static_cast<std::uint64_t>(number));
  const auto samples = static_cast<std::size_t>(seconds * samples_a_second);
  Sound sound = of_a_kind(number % 4, samples, random);
  if (chance(random, 0.3)) mix(sound, of_a_kind(random.below(4), samples, random), 0, 0.3);
  if (chance(random, 0.5)) {  // of a room, or of a cheap microphone
    const double level = draw_by_octaves(random, 1e-5, 1e-1);
    for (double& sample : sound) sample += level * random.normal();
  }
  return {sound.begin(), sound.end()};
}

}  // namespace tutti
