#include "models/mel/distortion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr double levels_per_decibel = 255.0 / 80;
constexpr std::size_t knots = 8;

/// What an equalizer adds to the levels of each band.
std::vector<int> random_curve(std::int64_t bands, double deviation, RandomStream& random) {
  std::array<double, knots> knot;
  for (auto& level : knot) level = deviation * levels_per_decibel * random.normal();
  std::vector<int> curve(static_cast<std::size_t>(bands));
  for (std::size_t band = 0; band < curve.size(); ++band) {
    const double place = static_cast<double>(band * (knots - 1)) /
                         static_cast<double>(std::max<std::int64_t>(1, bands - 1));
    const auto left = std::min(static_cast<std::size_t>(place), knots - 2);
    curve[band] = static_cast<int>(
        std::lround(std::lerp(knot[left], knot[left + 1], place - static_cast<double>(left))));
  }
  return curve;
}

/// The band that each is taken from when all are moved; at an edge, the last there is.
std::vector<std::size_t> moved_bands(std::int64_t bands, std::int64_t by) {
  std::vector<std::size_t> from;
  for (std::int64_t band = 0; band < bands; ++band)
    from.push_back(static_cast<std::size_t>(std::clamp<std::int64_t>(band + by, 0, bands - 1)));
  return from;
}

void mask_bands(std::uint8_t* levels, std::int64_t frames, std::int64_t bands, std::int64_t most,
                RandomStream& random) {
  const std::int64_t size = frames * bands, count = random.below(std::min(most, bands / 2) + 1),
                     first = random.below(bands - count + 1);
  const auto mean =
      static_cast<std::uint8_t>(std::accumulate(levels, levels + size, std::int64_t{0}) / size);
  for (std::int64_t t = 0; t < frames; ++t) std::fill_n(levels + t * bands + first, count, mean);
}

}  // namespace

void check(const Distortion& d) {
  if (!(d.equalizer >= 0 && std::isfinite(d.equalizer)))
    throw Error("an equalizer of ", d.equalizer, " dB; it is at least 0, 0 for none");
  if (d.shift < 0) throw Error("a shift of ", d.shift, " bands; it is at least 0, 0 for none");
  if (d.mask < 0) throw Error("a mask of ", d.mask, " bands; it is at least 0, 0 for none");
}

void distort(std::uint8_t* levels, std::int64_t frames, std::int64_t bands, const Distortion& d,
             RandomStream& random) {
  if (d.equalizer > 0 || d.shift > 0) {
    const auto change = random_curve(bands, d.equalizer, random);
    const auto from = moved_bands(bands, random.below(2 * d.shift + 1) - d.shift);
    std::vector<std::uint8_t> frame(from.size());
    for (std::int64_t t = 0; t < frames; ++t) {
      std::uint8_t* const to = levels + t * bands;
      std::copy_n(to, bands, frame.data());
      for (std::size_t band = 0; band < from.size(); ++band)
        to[band] = static_cast<std::uint8_t>(std::clamp(frame[from[band]] + change[band], 0, 255));
    }
  }
  if (d.mask > 0) mask_bands(levels, frames, bands, d.mask, random);
}

}  // namespace tutti
