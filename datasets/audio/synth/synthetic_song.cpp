#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

#include "datasets/audio/synth/instruments.h"
#include "datasets/audio/synth/synth.h"
#include "datasets/audio/synth/synthetic_genres.h"
#include "kernels/support/error.h"
#include "kernels/support/random.h"

namespace tutti {
namespace {

constexpr int bars_a_section = 4;
constexpr double chance_of_rest = 0.1;                 // that a part is silent for a section
constexpr double untimely = 0.004;                     // seconds; nobody plays exactly on time
constexpr double headroom = 0.2;                       // keeps the mix near full scale
constexpr int lowest_melody = -2, highest_melody = 9;  // degrees

double from_decibels(double decibels) { return std::pow(10, decibels / 20); }

/// Semitones above the scale's first note; degrees beyond 0 … 6 are in other octaves.
int semitones(std::string_view scale, int degree) {
  const int octave = degree >= 0 ? degree / 7 : (degree - 6) / 7;
  const char digit = scale[static_cast<std::size_t>(degree - 7 * octave)];
  return 12 * octave + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/// Degrees above the chord's root that a character of a bar asks for; see Voice.
std::vector<int> degrees(char character) {
  switch (character) {
    case 'x':
      return {0, 2, 4};
    case 'X':
      return {0, 2, 4, 6};
    case 'o':
      return {0, 4, 7};
    default:
      return {character - '1'};
  }
}

struct Strike {
  int step, length;  // steps
  char character;
};

std::vector<Strike> strikes(std::string_view bar) {
  std::vector<Strike> found;
  for (int step = 0; step < static_cast<int>(bar.size()); ++step) {
    const char character = bar[static_cast<std::size_t>(step)];
    if (character == '-')
      ++found.back().length;
    else if (character != '.')
      found.push_back({step, 1, character});
  }
  return found;
}

void add_echo(Sound& sound, double seconds, double level) {
  const auto delay = static_cast<std::size_t>(seconds * synthetic_sample_rate);
  for (std::size_t i = delay; i < sound.size(); ++i) sound[i] += level * sound[i - delay];
}

void add_hiss(Sound& sound, double stddev, RandomStream noise) {
  const double peak = stddev * std::sqrt(3);
  for (double& sample : sound) sample += noise.uniform(-peak, peak);
}

/// What is below `hertz`: a low-pass filter of the first order.
Sound lows(const Sound& sound, double hertz) {
  const double share = 1 - std::exp(-2 * std::numbers::pi * hertz / synthetic_sample_rate);
  Sound low(sound.size());
  double state = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) low[i] = state += share * (sound[i] - state);
  return low;
}

std::vector<float> with_peak(const Sound& sound, double peak) {
  double highest = 0;
  for (const double sample : sound) highest = std::max(highest, std::abs(sample));
  std::vector<float> samples(sound.size());
  std::ranges::transform(sound, samples.begin(), [&](double sample) {
    return static_cast<float>(sample * peak / highest);
  });
  return samples;
}

/// What one song makes of its genre.
class Composition {
 public:
  Composition(const Genre& genre, const RandomStream& stream, double seconds)
      : genre_(genre), stream_(stream), seconds_(seconds) {
    RandomStream draw = stream_.derive(0);
    step_ = 60 / draw.uniform(genre.slowest, genre.fastest) / genre.steps_per_beat;
    key_ = static_cast<int>(draw.below(12)) - 6;
    track_.resize(static_cast<std::size_t>(std::llround(seconds * synthetic_sample_rate)));
  }

  std::vector<float> perform() {
    play_drums(stream_.derive(1));
    for (std::size_t i = 0; i < genre_.parts.size(); ++i)
      play_part(genre_.parts[i], stream_.derive(3 + i));
    add_echo(track_, 3 * step_, genre_.echo);
    return master(stream_.derive(2));
  }

 private:
  /// Repeats a bar to the song's end: calls play(number of the bar, strike, seconds).
  template <class Play>
  void repeat(std::string_view text, RandomStream& draw, const Play& play) const {
    const auto bar = strikes(text);
    const int steps = static_cast<int>(text.size());
    bool rests = false;
    for (int number = 0; steps && number * steps * step_ < seconds_; ++number) {
      if (number % bars_a_section == 0) rests = draw.uniform() < chance_of_rest;
      for (const Strike& strike : bar) {
        const int step = number * steps + strike.step;
        const double late = step % 2 ? genre_.swing : 0;
        const double start = (step + late) * step_ + untimely * draw.normal();
        if (!rests) play(number, strike, start);
      }
    }
  }

  void play_part(const Voice& part, RandomStream draw) {
    Timbre timbre = part.timbre;
    timbre.slope += draw.uniform(-0.2, 0.2);
    timbre.decay *= std::exp(draw.uniform(-0.3, 0.3));
    Instrument instrument(timbre);
    const double level = headroom * part.level * from_decibels(draw.uniform(-4, 4));
    int melody = static_cast<int>(draw.below(7));
    repeat(part.bar, draw, [&](int bar, const Strike& strike, double start) {
      const double loudness = level * draw.uniform(0.7, 1);
      const auto play = [&](int degree) {
        instrument.play(track_, start, strike.length * step_, hertz(part.octave, degree), loudness);
      };
      if (strike.character == '*') {
        melody += static_cast<int>(draw.below(5)) - 2;
        melody = std::clamp(melody, lowest_melody, highest_melody);
        play(melody);
      } else {
        for (const int degree : degrees(strike.character)) play(root(bar) + degree);
      }
    });
  }

  int root(int bar) const {
    return genre_.chords[static_cast<std::size_t>(bar) % genre_.chords.size()] - '1';
  }

  double hertz(int octave, int degree) const {
    const int above_a4 = 12 * (octave - 4) - 9 + key_ + semitones(genre_.scale, degree);
    return 440 * std::exp2(above_a4 / 12.0);
  }

  void play_drums(RandomStream draw) {
    const Drums& drums = genre_.drums;
    const Kit kit{drums.kit.kick * std::exp(draw.uniform(-0.2, 0.2)),
                  drums.kit.snare * std::exp(draw.uniform(-0.3, 0.3)),
                  drums.kit.hat * std::exp(draw.uniform(-0.3, 0.3))};
    const double level = drums.level * from_decibels(draw.uniform(-4, 4));
    play_drum(drums.kick, kick(kit), level, draw.derive(0));
    play_drum(drums.snare, snare(kit, draw.derive(1)), level / 2, draw.derive(2));
    play_drum(drums.hat, hat(kit, draw.derive(3)), level / 2, draw.derive(4));
  }

  void play_drum(std::string_view bar, const Sound& drum, double level, RandomStream draw) {
    level *= from_decibels(draw.uniform(-3, 3));
    repeat(bar, draw, [&](int, const Strike& strike, double start) {
      const double loudness = level * draw.uniform(0.7, 1) * (strike.character == 'o' ? 0.4 : 1);
      mix(track_, drum, start, loudness);
    });
  }

  /// Every song has its own hiss, balance of low and high, and loudness.
  std::vector<float> master(RandomStream draw) {
    add_hiss(track_, genre_.noise * from_decibels(draw.uniform(-6, 6)), draw.derive(0));
    mix(track_, lows(track_, 700), 0, from_decibels(draw.uniform(-4, 4)) - 1);
    mix(track_, lows(track_, 20), 0, -1);
    return with_peak(track_, draw.uniform(0.5, 0.95));
  }

  const Genre& genre_;
  RandomStream stream_;
  double seconds_;
  double step_;  // seconds
  int key_;      // semitones
  Sound track_;
};

}  // namespace

std::vector<float> synthetic_song(int genre, std::int64_t number, std::uint64_t seed,
                                  double seconds) {
  const auto& genres = genre_table();
  if (genre < 0 || genre >= static_cast<int>(genres.size()))
    throw Error("genre ", genre, ": there are 0 to ", genres.size() - 1);
  const auto stream = RandomStream(seed)
                          .derive(static_cast<std::uint64_t>(genre))
                          .derive(static_cast<std::uint64_t>(number));
  return Composition(genres[static_cast<std::size_t>(genre)], stream, seconds).perform();
}

}  // namespace tutti
