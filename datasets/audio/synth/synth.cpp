#include "datasets/audio/synth/synth.h"

#include <mutex>

#include "datasets/audio/spectrogram.h"
#include "datasets/audio/synth/synthetic_genres.h"
#include "datasets/audio/wav.h"
#include "datasets/song_pictures.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t most_songs = 100000;  // five digits in a file name
constexpr double longest = 3600;

void check(const SynthOptions& options) {
  if (options.songs_per_genre < 1 || options.songs_per_genre > most_songs)
    throw Error(options.songs_per_genre, " songs per genre: there can be 1 to ", most_songs);
  if (!(options.seconds >= 1 && options.seconds <= longest))
    throw Error("songs of ", options.seconds, " seconds: they can last 1 to ", longest);
}

void write_song(const fs::path& out, const SynthOptions& options, int genre, std::int64_t number) {
  const std::string& name = synthetic_genres().at(static_cast<std::size_t>(genre));
  const auto samples = synthetic_song(genre, number, options.seed, options.seconds);
  write_png(out / "genres" / name / numbered("resized", 3, number, ".png"),
            log_spectrogram(samples, synthetic_sample_rate));
  if (options.audio)
    write_wav(out / "audio" / name / numbered(name + ".", 5, number, ".wav"), samples,
              synthetic_sample_rate);
}

}  // namespace

const std::vector<std::string>& synthetic_genres() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Genre& genre : genre_table()) all.emplace_back(genre.name);
    return all;
  }();
  return names;
}

void write_synthetic_songs(const fs::path& out, const SynthOptions& options,
                           const std::function<void(std::int64_t, std::int64_t)>& progress) {
  check(options);
  for (const std::string& genre : synthetic_genres()) {
    make_folder(out / "genres" / genre);
    if (options.audio) make_folder(out / "audio" / genre);
  }
  record_scale(out / "genres", PictureScale::mel);
  const auto genres = static_cast<std::int64_t>(synthetic_genres().size());
  const std::int64_t songs = genres * options.songs_per_genre;
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(songs, [&](std::int64_t i) {
    write_song(out, options, static_cast<int>(i % genres), i / genres);
    const std::lock_guard lock(mutex);
    ++done;
    if (progress) progress(done, songs);
  });
}

}  // namespace tutti
