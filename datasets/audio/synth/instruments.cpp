#include "datasets/audio/synth/instruments.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "datasets/audio/synth/synth.h"

namespace tutti {
namespace {

constexpr double rate = synthetic_sample_rate;
constexpr int wave_bits = 11, wave_size = 1 << wave_bits;
constexpr double inaudible = 1e-3, fade = 0.02, vibrato_hertz = 5.3;

const Sound& sine() {
  static const Sound wave = [] {
    Sound period(wave_size);
    for (int i = 0; i < wave_size; ++i) period[i] = std::sin(2 * std::numbers::pi * i / wave_size);
    return period;
  }();
  return wave;
}

/// Position in a period as a 32-bit fraction of it, so that a turn wraps by itself.
class Phase {
 public:
  void advance(double hertz) {
    position_ += static_cast<std::uint32_t>(static_cast<std::int64_t>(hertz / rate * 0x1p32));
  }
  double read(const Sound& wave) const {
    constexpr int rest = 32 - wave_bits;
    const std::uint32_t index = position_ >> rest;
    const double part = (position_ & ((1u << rest) - 1)) * (1.0 / (1u << rest));
    const double here = wave[index], next = wave[(index + 1) % wave_size];
    return here + part * (next - here);
  }

 private:
  std::uint32_t position_ = 0;
};

/// Factor a sample of a decay to 1/e within `seconds`.
double decay_factor(double seconds) { return std::exp(-1 / (seconds * rate)); }

/// Linear attack, exponential decay to the sustained level, exponential fade after the note's end.
class Envelope {
 public:
  Envelope(const Timbre& timbre, double length)
      : rise_(1 / (timbre.attack * rate)),
        decay_(decay_factor(timbre.decay)),
        sustain_(timbre.sustain),
        held_(static_cast<std::int64_t>(length * rate)) {}

  double next() {
    if (held_-- <= 0) gate_ *= fade_;
    if (attack_ < 1)
      attack_ = std::min(1.0, attack_ + rise_);
    else
      above_ *= decay_;
    return gate_ * attack_ * (sustain_ + (1 - sustain_) * above_);
  }

  bool over() const {
    return gate_ < inaudible || (attack_ >= 1 && sustain_ == 0 && above_ < inaudible);
  }

 private:
  double rise_, decay_, sustain_;
  double fade_ = decay_factor(fade);
  std::int64_t held_;
  double attack_ = 0, above_ = 1, gate_ = 1;
};

std::size_t sample_at(double seconds) {
  return static_cast<std::size_t>(std::max(0.0, seconds) * rate);
}

/// White noise that decays to 1/e within `seconds`, until it is inaudible.
Sound noise_burst(double seconds, RandomStream noise) {
  const double factor = decay_factor(seconds);
  Sound burst;
  for (double level = 1; level > inaudible; level *= factor)
    burst.push_back(level * noise.uniform(-1, 1));
  return burst;
}

/// Makes bright: what is left is the change from one sample to the next.
void differentiate(Sound& sound) {
  for (std::size_t i = sound.size(); i-- > 1;) sound[i] = (sound[i] - sound[i - 1]) / 2;
}

/// A sine that falls from `high` to `low` within the first hundredths of a second.
Sound falling_tone(double high, double low, double seconds) {
  const double factor = decay_factor(seconds), fall = decay_factor(0.02);
  Sound tone;
  Phase phase;
  double above = high - low;
  for (double level = 1; level > inaudible; level *= factor, above *= fall) {
    tone.push_back(level * phase.read(sine()));
    phase.advance(low + above);
  }
  return tone;
}

}  // namespace

void mix(Sound& track, const Sound& sound, double seconds, double level) {
  const std::size_t start = sample_at(seconds), end = std::min(track.size(), start + sound.size());
  for (std::size_t i = start; i < end; ++i) track[i] += level * sound[i - start];
}

const Sound& Instrument::wave(int harmonics) {
  Sound& period = waves_[harmonics];
  if (!period.empty()) return period;
  period.resize(wave_size);
  double power = 0;
  for (int n = 1; n <= harmonics; n += timbre_.stride) {
    const double amplitude = std::pow(n, -timbre_.slope);
    power += amplitude * amplitude;
    for (int i = 0; i < wave_size; ++i) period[i] += amplitude * sine()[n * i % wave_size];
  }
  for (double& value : period) value /= std::sqrt(power);
  return period;
}

void Instrument::play(Sound& track, double start, double length, double hertz, double level) {
  const double room = 0.48 * rate / hertz;
  const Sound& period = wave(std::clamp(static_cast<int>(room), 1, timbre_.harmonics));
  Envelope envelope(timbre_, length);
  Phase phase, vibrato;
  for (std::size_t i = sample_at(start); i < track.size() && !envelope.over(); ++i) {
    track[i] += level * envelope.next() * phase.read(period);
    phase.advance(hertz * (1 + timbre_.vibrato * vibrato.read(sine())));
    vibrato.advance(vibrato_hertz);
  }
}

Sound kick(const Kit& kit) { return falling_tone(4 * kit.kick, kit.kick, 0.12); }

Sound snare(const Kit& kit, RandomStream noise) {
  Sound sound = noise_burst(kit.snare, noise);
  mix(sound, falling_tone(330, 180, 0.05), 0, 0.7);
  return sound;
}

Sound hat(const Kit& kit, RandomStream noise) {
  Sound sound = noise_burst(kit.hat, noise);
  differentiate(sound);
  differentiate(sound);
  return sound;
}

}  // namespace tutti
