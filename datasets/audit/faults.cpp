#include "datasets/audit/faults.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>

#include "datasets/audit/sound_facts.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr double short_share = 0.9, clipped_limit = 1e-3, silence_seconds = 1,
                 silence_share = 1.0 / 30;

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream line;
  line.precision(3);
  (line << ... << parts);
  return line.str();
}

/// The usual length, if three of four are within a twentieth of it.
std::optional<double> common_length(const std::vector<double>& lengths) {
  if (lengths.size() < 3) return std::nullopt;
  const double length = usual(lengths);
  const auto near = std::ranges::count_if(
      lengths, [&](double one) { return std::abs(one - length) < 0.05 * length; });
  return 4 * near >= 3 * std::ssize(lengths) ? std::optional(length) : std::nullopt;
}

/// What is to be said of the silence at the ends.
std::string silence(double start, double end, double least, const char* unit) {
  std::string said;
  if (start >= least) said = text("begins with ", start, unit, " of silence");
  if (end >= least)
    said += text(said.empty() ? "ends" : " and ends", " with ", end, unit, " of silence");
  return said;
}

/// Nothing for a song that cannot be read: hear_clips lists it.
std::vector<std::optional<SoundFacts>> facts_of(const std::vector<fs::path>& songs,
                                                const fs::path& root, const Progress& progress) {
  const auto count = std::ssize(songs);
  std::vector<std::optional<SoundFacts>> facts(songs.size());
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(count, [&](std::int64_t i) {
    try {
      facts[i] = sound_facts(root / songs[i]);
    } catch (const Error&) {
    }
    const std::lock_guard lock(mutex);
    if (progress) progress(++done, count);
  });
  return facts;
}

/// Adds those of one song; `rate` and `length` are those of most songs.
void add_faults(const fs::path& path, const SoundFacts& song, double rate,
                const std::optional<double>& length, std::vector<Fault>& faults) {
  const auto add = [&](const char* kind, const std::string& reason) {
    faults.push_back({path, kind, reason});
  };
  const auto ends = silence(song.silent_start, song.silent_end, silence_seconds, " s");
  if (song.missing > 0)
    add("truncated", text("lacks ", 100 * song.missing, " % of what its header promises"));
  if (song.loudest < 1e-4) {
    add("silent", "holds no sound above -80 dB of full scale");
  } else {
    if (!ends.empty()) add("silence", ends);
    if (song.clipped >= clipped_limit)
      add("clipped", text(100 * song.clipped, " % of its samples are clipped, at ", song.loudest,
                          " of full scale"));
  }
  if (length && song.seconds < short_share * *length)
    add("short", text("lasts ", song.seconds, " s, most of the others ", *length, " s"));
  if (song.sample_rate != rate)
    add("rate",
        text("has ", std::to_string(song.sample_rate), " samples a second, most of the others ",
             std::to_string(static_cast<int>(rate))));
}

}  // namespace

double usual(std::vector<double> values) {
  std::map<double, std::int64_t> counts;
  for (const double value : values) ++counts[value];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
  return most == counts.end() ? 0 : most->first;
}

std::vector<Fault> sound_faults(const std::vector<fs::path>& songs, const fs::path& root,
                                const Progress& progress) {
  const auto facts = facts_of(songs, root, progress);
  std::vector<double> rates, lengths;
  for (const auto& one : facts)
    if (one) {
      rates.push_back(one->sample_rate);
      lengths.push_back(std::round(10 * one->seconds) / 10);
    }
  const double rate = usual(rates);
  const auto length = common_length(lengths);
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < songs.size(); ++i)
    if (facts[i]) add_faults(songs[i], *facts[i], rate, length, faults);
  return faults;
}

std::vector<Fault> picture_faults(const Clips& clips) {
  std::vector<double> lengths;
  for (const auto& span : clips.spans) lengths.push_back(static_cast<double>(span.frames));
  const auto length = common_length(lengths);
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < clips.spans.size(); ++i) {
    const auto& span = clips.spans[i];
    const auto* const begin = clips.begin(span);
    const auto silent = [&](std::int64_t t) {
      return std::all_of(begin + t * clips.bands(), begin + (t + 1) * clips.bands(),
                         [](std::uint8_t level) { return level == 0; });
    };
    std::int64_t start = 0, end = 0;
    while (start < span.frames && silent(start)) ++start;
    while (end < span.frames - start && silent(span.frames - 1 - end)) ++end;
    const auto frames = static_cast<double>(span.frames);
    const auto ends = silence(100.0 * static_cast<double>(start) / frames,
                              100.0 * static_cast<double>(end) / frames, 100 * silence_share, " %");
    if (start == span.frames || std::all_of(begin, begin + span.frames * clips.bands(),
                                            [&](std::uint8_t level) { return level == *begin; }))
      faults.push_back({clips.paths[i], "silent", "is of one level everywhere"});
    else if (!ends.empty())
      faults.push_back({clips.paths[i], "silence", ends});
    if (length && frames < short_share * *length)
      faults.push_back({clips.paths[i], "short",
                        text("has ", frames, " columns, most of the others ", *length)});
  }
  return faults;
}

}  // namespace tutti
