#pragma once
#include <cstdint>
#include <vector>

namespace tutti {

/// A sound that is not music: noise of some color, a hum or tones, a sweep, or clicks, alone or one
/// over another. All is drawn from (seed, number). Mono at synthetic_sample_rate, to full scale.
std::vector<float> not_music(std::int64_t number, std::uint64_t seed, double seconds);

}  // namespace tutti
