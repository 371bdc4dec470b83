#include "datasets/audio/audio.h"

#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sndfile.hh>

#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr int lowest_rate = 1000, highest_rate = 768000;
constexpr float loudest = 1e10f;
constexpr sf_count_t frames_at_once = 4096;

void expect_file(const fs::path& path) {
  std::error_code problem;
  const auto status = fs::status(path, problem);
  if (!fs::exists(status)) throw Error("cannot be read: ", problem.message());
  if (fs::is_directory(status)) throw Error("is a folder; a song is wanted");
  if (!fs::is_regular_file(status)) throw Error("is no ordinary file; a song is wanted");
}

/// libsndfile's reason without the full stop.
std::string reason_of(const SndfileHandle& file) {
  std::string reason = file.strError();
  while (reason.ends_with('.') || reason.ends_with('\n')) reason.pop_back();
  return reason;
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
  return fs::is_regular_file(path, ignored) && !SndfileHandle(path.string()).error();
}

struct AudioFile::Source {
  SndfileHandle file;
  std::int64_t position = 0;  // frames read so far
  std::vector<float> block;   // [frames_at_once][channels]

  explicit Source(const fs::path& path) : file(path.string()) {
    if (file.error())
      throw Error("cannot be read as audio: ", reason_of(file),
                  "; a wav, au, flac, ogg or mp3 file is wanted");
    if (file.samplerate() < lowest_rate || file.samplerate() > highest_rate)
      throw Error("has ", file.samplerate(), " samples a second; ", lowest_rate, " to ",
                  highest_rate, " can be read");
    block.resize(static_cast<std::size_t>(frames_at_once * file.channels()));
  }

  /// Mono samples of the next frames, fewer at the end.
  std::vector<float> read(std::int64_t frames) {
    std::vector<float> samples;
    samples.reserve(static_cast<std::size_t>(std::clamp<sf_count_t>(file.frames(), 0, frames)));
    while (frames > 0) {
      const auto wanted = std::min(frames, frames_at_once);
      const auto got = file.readf(block.data(), wanted);
      mix(got);
      expect_sound(got);
      samples.insert(samples.end(), block.begin(), block.begin() + got);
      position += got;
      frames -= got;
      if (got == wanted) continue;
      if (file.error())
        throw Error("is damaged after ", seconds(position), " s: ", reason_of(file));
      break;
    }
    return samples;
  }

 private:
  double seconds(std::int64_t frames) const {
    return std::floor(10.0 * static_cast<double>(frames) / file.samplerate()) / 10;
  }

  /// The block's frames become the means of their channels.
  void mix(sf_count_t frames) {
    const auto channels = file.channels();
    if (channels == 1) return;
    for (sf_count_t i = 0; i < frames; ++i) {
      const float* const frame = block.data() + i * channels;
      block[static_cast<std::size_t>(i)] =
          std::accumulate(frame, frame + channels, 0.0f) / static_cast<float>(channels);
    }
  }

  void expect_sound(sf_count_t frames) const {
    const auto end = block.begin() + frames;
    const auto bad =
        std::find_if(block.begin(), end, [](float x) { return !(std::abs(x) <= loudest); });
    if (bad == end) return;
    const auto at = position + (bad - block.begin());
    throw Error("holds ", *bad, " as its sample ", at, " (at ", seconds(at),
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

int AudioFile::sample_rate() const { return source_->file.samplerate(); }

double AudioFile::seconds() const {
  return static_cast<double>(source_->file.frames()) / sample_rate();
}

void AudioFile::skip(double seconds) {
  const int rate = source_->file.samplerate();
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
