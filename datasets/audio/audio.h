#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace tutti {

/// Samples a second of a song as spectrograms and features are made of it.
inline constexpr int song_rate = 22050;
/// The part of a song that is classified at once, and the least that can be, in seconds.
inline constexpr double window_seconds = 30, shortest_seconds = 1;

/// Whether a file can be opened as audio.
bool holds_audio(const std::filesystem::path& path);

/// A song's file (wav, au, flac, ogg, mp3 or what else libsndfile reads), decoded in a process of
/// its own and read from its beginning part by part as librosa.load does: the mean of its channels,
/// by soxr HQ at 22 050 Hz. Errors say what is wrong but not the file's name: no such file, not a
/// file, not audio, rates outside 1 to 768 kHz, sound that is damaged, samples that are not sound
/// (not a number, or beyond 1e10).
class AudioFile {
 public:
  explicit AudioFile(const std::filesystem::path& path);
  AudioFile(AudioFile&&) noexcept;
  ~AudioFile();

  /// The next `seconds`, ceil(n · 22050 / rate) samples of the n that are there; none at the end.
  std::vector<float> read(double seconds);
  /// The same at the file's own rate.
  std::vector<float> read_as_it_is(double seconds);
  void skip(double seconds);

  int sample_rate() const;
  double seconds() const;  // that the file lasts, as it says itself

 private:
  struct Source;
  std::unique_ptr<Source> source_;
};

/// A part of a song. An Error also if it has no samples, or less than a second of them.
std::vector<float> read_song(const std::filesystem::path& path, double start = 0,
                             double seconds = window_seconds);

/// An Error if samples at 22 050 Hz last less than a second.
void expect_song(const std::vector<float>& samples);

}  // namespace tutti
