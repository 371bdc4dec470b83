#include "datasets/audio/audio.h"

#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "datasets/decoding/answers.h"
#include "kernels/support/error.h"
#include "kernels/support/lent_reader.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr int lowest_rate = 1000, highest_rate = 768000;
constexpr float loudest = 1e10f;
constexpr double seconds_at_once = 1;   // what stays in a cache on its way here
constexpr rlim_t reading_seconds = 30;  // of the processor, for that much of a song

void expect_file(const fs::path& path) {
  std::error_code problem;
  const auto status = fs::status(path, problem);
  if (!fs::exists(status)) throw Error("cannot be read: ", problem.message());
  if (fs::is_directory(status)) throw Error("is a folder; a song is wanted");
  if (!fs::is_regular_file(status)) throw Error("is not a regular file; a song is wanted");
}

std::vector<float> resample(std::vector<float> samples, int rate) {
  if (rate == song_rate || samples.empty()) return samples;
  const double ratio = static_cast<double>(song_rate) / rate;
  std::vector<float> resampled(
      static_cast<std::size_t>(std::ceil(static_cast<double>(samples.size()) * ratio)));
  const auto quality = soxr_quality_spec(SOXR_HQ, 0);
  std::size_t made = 0;
  if (const char* problem =
          soxr_oneshot(rate, song_rate, 1, samples.data(), samples.size(), nullptr,
                       resampled.data(), resampled.size(), &made, nullptr, &quality, nullptr))
    throw Error("cannot be resampled from ", rate, " Hz: ", problem);
  return resampled;
}

}  // namespace

bool holds_audio(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    const AudioFile file(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

struct AudioFile::Source {
  LentReader reader;
  SoundLength length;
  std::int64_t position = 0;  // frames read so far

  explicit Source(const fs::path& path)
      : length(sound_length_of(reader.ask({"audio"}, {path}, reading_seconds))) {
    if (length.sample_rate < lowest_rate || length.sample_rate > highest_rate)
      throw Error("has ", length.sample_rate, " samples a second; ", lowest_rate, " to ",
                  highest_rate, " can be read");
  }

  int rate() const { return static_cast<int>(length.sample_rate); }

  /// Mono samples of the next frames, fewer at the end.
  std::vector<float> read(std::int64_t frames) {
    std::vector<float> samples;
    samples.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(length.frames, 0, frames)));
    for (const auto most = static_cast<std::int64_t>(seconds_at_once * rate()); frames > 0;) {
      const auto wanted = std::min(frames, most);
      const auto part =
          samples_of(reader.ask({"sound", std::to_string(wanted)}, {}, reading_seconds), wanted);
      expect_sound(part);
      samples.insert(samples.end(), part.begin(), part.end());
      position += static_cast<std::int64_t>(part.size());
      frames -= wanted;
      if (static_cast<std::int64_t>(part.size()) < wanted) break;
    }
    return samples;
  }

 private:
  void expect_sound(const std::vector<float>& part) const {
    const auto bad = std::ranges::find_if(part, [](float x) { return !(std::abs(x) <= loudest); });
    if (bad == part.end()) return;
    const auto at = position + (bad - part.begin());
    throw Error("holds ", *bad, " as its sample ", at, " (at ",
                std::floor(10.0 * static_cast<double>(at) / rate()) / 10,
                " s); numbers are wanted, mostly from -1 to 1");
  }
};

AudioFile::AudioFile(const fs::path& path) {
  expect_file(path);
  source_ = std::make_unique<Source>(path);
}
AudioFile::AudioFile(AudioFile&&) noexcept = default;
AudioFile::~AudioFile() = default;

std::vector<float> AudioFile::read(double seconds) {
  return resample(read_as_it_is(seconds), sample_rate());
}

std::vector<float> AudioFile::read_as_it_is(double seconds) {
  return source_->read(static_cast<std::int64_t>(seconds * sample_rate()));
}

int AudioFile::sample_rate() const { return source_->rate(); }

double AudioFile::seconds() const {
  return static_cast<double>(source_->length.frames) / sample_rate();
}

void AudioFile::skip(double seconds) {
  const int rate = source_->rate();
  for (auto left = static_cast<std::int64_t>(seconds * rate); left > 0;) {
    const auto skipped =
        static_cast<std::int64_t>(source_->read(std::min<std::int64_t>(left, rate)).size());
    if (skipped == 0) return;
    left -= skipped;
  }
}

void expect_song(const std::vector<float>& samples) {
  if (samples.empty()) throw Error("holds no sound");
  const double seconds = static_cast<double>(samples.size()) / song_rate;
  if (seconds < shortest_seconds)
    throw Error("lasts ", std::round(seconds * 1000) / 1000, " s; a song of at least ",
                shortest_seconds, " s is wanted");
}

std::vector<float> read_song(const fs::path& path, double start, double seconds) {
  AudioFile file(path);
  file.skip(start);
  auto samples = file.read(seconds);
  expect_song(samples);
  return samples;
}

}  // namespace tutti
