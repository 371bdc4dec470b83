#include "datasets/audio/songs.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <sstream>
#include <utility>

#include "engine/distributed/deal.h"
#include "engine/distributed/message.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

double seconds_of(const std::vector<float>& samples) {
  return static_cast<double>(samples.size()) / song_rate;
}

using Samples = std::vector<float>;

constexpr std::int64_t songs_a_thread = 4;  // of a block that is dealt out

constexpr auto samples_in(double seconds) {
  return static_cast<std::ptrdiff_t>(seconds * song_rate);
}

/// The clip, and what of the next window has been read.
std::pair<Samples, Samples> read_clip(AudioFile& file) {
  Samples samples = file.read(window_seconds + 1), rest;
  if (std::ssize(samples) >= samples_in(window_seconds + 1)) {
    const auto end = samples.begin() + samples_in(window_seconds);
    rest.assign(end, samples.end());
    samples.erase(end, samples.end());
  }
  return {std::move(samples), std::move(rest)};
}

using UseWindow = std::function<void(std::size_t window, const std::vector<float>&)>;

/// A warning, or nothing.
std::string use_song(const std::filesystem::path& path, Windows windows, const UseWindow& use) {
  AudioFile file(path);
  const bool clip = windows == Windows::clip || windows == Windows::clips;
  auto [samples, rest] = clip ? read_clip(file) : std::pair(file.read(window_seconds), Samples());
  expect_song(samples);
  std::ostringstream warning;
  if (seconds_of(samples) < window_seconds)
    warning << "lasts " << std::floor(seconds_of(samples) * 100) / 100 << " s, less than "
            << window_seconds << " s; used as it is";
  if (std::ranges::all_of(samples, [](float x) { return x == 0; }))
    warning << (warning.view().empty() ? "" : "; ") << "is silent";
  use(0, samples);
  const bool all = windows == Windows::all || windows == Windows::clips;
  for (std::size_t window = 1; all; ++window) {
    samples = std::exchange(rest, {});
    const auto more = file.read(window_seconds - seconds_of(samples));
    samples.insert(samples.end(), more.begin(), more.end());
    if (seconds_of(samples) < window_seconds / 2) break;
    use(window, samples);
  }
  return warning.str();
}

/// What is to be said of one song.
struct SongOutcome {
  std::string reason, warning;
};

}  // namespace

SongProblems read_songs(
    const std::vector<std::filesystem::path>& songs, Windows windows,
    const std::function<void(std::size_t, std::size_t, const std::vector<float>&)>& use,
    const Progress& progress) {
  const auto count = static_cast<std::int64_t>(songs.size());
  std::vector<SongOutcome> outcomes(songs.size());
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(count, [&](std::int64_t i) {
    const auto song = static_cast<std::size_t>(i);
    try {
      outcomes[song].warning = use_song(songs[song], windows,
                                        [&](std::size_t window, const std::vector<float>& samples) {
                                          use(song, window, samples);
                                        });
    } catch (const Error& problem) {
      outcomes[song].reason = problem.what();
    }
    const std::lock_guard lock(mutex);
    if (progress) progress(++done, count);
  });

  SongProblems problems;
  for (std::size_t i = 0; i < songs.size(); ++i) {
    if (!outcomes[i].reason.empty()) problems.bad.push_back({songs[i], outcomes[i].reason});
    if (!outcomes[i].warning.empty()) problems.warnings.push_back({songs[i], outcomes[i].warning});
  }
  return problems;
}

SongProblems deal_songs(
    const std::vector<std::filesystem::path>& songs, Windows windows,
    const std::function<std::string(std::size_t, const std::vector<float>&)>& make,
    const std::function<void(std::size_t, std::string)>& take, const Progress& progress) {
  const auto work = [&](Block block) {
    std::vector<std::string> made(static_cast<std::size_t>(block.size()));
    std::vector<char> good(made.size());
    const SongProblems problems =
        read_songs({songs.begin() + block.first, songs.begin() + block.end}, windows,
                   [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
                     made[song] = make(static_cast<std::size_t>(block.first) + song, samples);
                     good[song] = 1;
                   });
    return Message::of(made, good, problems);
  };
  SongProblems problems;
  const auto count = std::ssize(songs);
  deal_out(count, songs_a_thread * thread_count(), work, [&](Block block, std::string result) {
    std::vector<std::string> made;
    std::vector<char> good;
    SongProblems found;
    Message(std::move(result)).read(made, good, found);
    for (std::size_t i = 0; i < made.size(); ++i)
      if (good[i]) take(static_cast<std::size_t>(block.first) + i, made[i]);
    problems.bad.insert(problems.bad.end(), found.bad.begin(), found.bad.end());
    problems.warnings.insert(problems.warnings.end(), found.warnings.begin(), found.warnings.end());
    if (progress) progress(block.end, count);
  });
  return problems;
}

}  // namespace tutti
