// Times what becomes of the first 30 s of a song on one core: reading, the 28 features, a picture.
//   benchmark_features SONG.wav --benchmark_filter=features
#include <iostream>

#include "benchmarks/run.h"
#include "datasets/audio/audio.h"
#include "datasets/audio/song_features.h"
#include "datasets/audio/spectrogram.h"

namespace {

using namespace tutti;

std::string song;

void read(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(read_song(song));
}

void features(benchmark::State& state) {
  const auto samples = read_song(song);
  for (auto _ : state) benchmark::DoNotOptimize(song_features(samples, LibrosaVersion::v0_11));
}

void read_and_features(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(song_features(read_song(song), LibrosaVersion::v0_11));
}

void picture(benchmark::State& state) {
  const auto samples = read_song(song);
  set_thread_count(1);
  for (auto _ : state) benchmark::DoNotOptimize(log_spectrogram(samples, song_rate));
}

}  // namespace

BENCHMARK(read)->Unit(benchmark::kMillisecond);
BENCHMARK(features)->Unit(benchmark::kMillisecond);
BENCHMARK(read_and_features)->Unit(benchmark::kMillisecond);
BENCHMARK(picture)->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " SONG [options of Google Benchmark]\n";
    return 2;
  }
  song = argv[1];
  argv[1] = argv[0];
  return tutti::run_benchmarks(argc - 1, argv + 1);
}
