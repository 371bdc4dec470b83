#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tutti {

/// The ten invented genres, sorted by name.
const std::vector<std::string>& synthetic_genres();

inline constexpr int synthetic_sample_rate = 22050;

/// A song of a genre (index into synthetic_genres): rhythm, harmony and timbre of the genre, the
/// rest (tempo, key, melody, loudness, noise) drawn from (seed, genre, number). The same arguments
/// give the same samples with any number of threads and on every machine, but for the last bit of a
/// sample where the machines' sines differ.
std::vector<float> synthetic_song(int genre, std::int64_t number, std::uint64_t seed,
                                  double seconds = 30);

struct SynthOptions {
  std::int64_t songs_per_genre = 20;
  std::uint64_t seed = 54;
  double seconds = 30;
  bool audio = true;  // also write the wav files
};

/// Writes <out>/audio/<genre>/<genre>.00000.wav, <out>/genres/<genre>/resized000.png and
/// spectrogram.json, in parallel; `progress` is called after each song, by one thread at a time. An
/// Error names the file that cannot be written. There can be 1 to 100,000 songs per genre, of 1 to
/// 3600 seconds.
void write_synthetic_songs(
    const std::filesystem::path& out, const SynthOptions& options,
    const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

}  // namespace tutti
