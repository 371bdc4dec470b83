#include "datasets/audit/sound_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string_view>
#include <vector>

#include "datasets/audio/audio.h"

namespace tutti {
namespace {

constexpr float audible = 1e-4f;
constexpr std::int64_t shortest_run = 4;

/// A wav's or au's header says how long its data are; libsndfile reads what is there.
double missing_share(const std::filesystem::path& path) {
  std::array<unsigned char, 12> head{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(head.data()), head.size())) return 0;
  const std::string_view kind(reinterpret_cast<const char*>(head.data()), 4);
  const auto number = [&](std::size_t at, bool big_endian) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value |= std::uint64_t{head[at + (big_endian ? 3 - i : i)]} << (8 * i);
    return static_cast<double>(value);
  };
  double promised = 0;
  if (kind == "RIFF") promised = number(4, false) + 8;
  if (kind == ".snd") promised = number(4, true) + number(8, true);
  constexpr double unknown = 4294967295.0;  // streams that were never closed
  const auto there = static_cast<double>(std::filesystem::file_size(path));
  return promised >= unknown || promised <= there + 1 ? 0 : 1 - there / promised;
}

/// The share of samples in runs at the loudest value, within a step of 16 bits.
double clipped_share(const std::vector<float>& samples, float loudest) {
  const float ceiling = loudest * (1 - 1 / 32768.0f);
  std::int64_t clipped = 0, run = 0;
  float sign = 0;
  const auto end_run = [&] {
    if (run >= shortest_run) clipped += run;
    run = 0;
  };
  for (const float sample : samples) {
    if (std::abs(sample) < ceiling || sample * sign < 0) end_run();
    if (std::abs(sample) >= ceiling) ++run, sign = sample;
  }
  end_run();
  return static_cast<double>(clipped) / static_cast<double>(samples.size());
}

}  // namespace

SoundFacts sound_facts(const std::filesystem::path& path) {
  AudioFile file(path);
  SoundFacts facts{file.sample_rate(), file.seconds(), missing_share(path)};
  const auto samples = file.read_as_it_is(window_seconds + 1);
  if (samples.empty()) return facts;
  const auto is_audible = [](float x) { return std::abs(x) >= audible; };
  const auto first = std::ranges::find_if(samples, is_audible);
  const auto last = std::find_if(samples.rbegin(), samples.rend(), is_audible);
  float loudest = 0;
  for (const float sample : samples) loudest = std::max(loudest, std::abs(sample));
  facts.loudest = loudest;
  facts.silent_start = static_cast<double>(first - samples.begin()) / facts.sample_rate;
  facts.silent_end = static_cast<double>(last - samples.rbegin()) / facts.sample_rate;
  if (loudest >= audible) facts.clipped = clipped_share(samples, loudest);
  return facts;
}

}  // namespace tutti
