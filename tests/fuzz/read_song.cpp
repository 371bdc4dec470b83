// Feeds files that libFuzzer makes up to the reading of songs: each gives samples or an Error.
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/fuzz/read_song.cpp
//       datasets/audio/audio.cpp -lsndfile -lsoxr -o fuzz_read_song
//   ./fuzz_read_song -max_len=65536 -timeout=20 CORPUS     (short songs of all formats)
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "datasets/audio/audio.h"
#include "kernels/support/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("song", 0);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  try {
    for (const float sample : tutti::read_song(path))
      if (!std::isfinite(sample)) std::abort();
  } catch (const tutti::Error&) {
  }
  return 0;
}
