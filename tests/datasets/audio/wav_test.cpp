#include "datasets/audio/wav.h"

#include <cmath>
#include <sndfile.hh>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;

TEST_CASE("a wav file reads back as it was written") {
  const test::TemporaryFolder folder;
  std::vector<float> samples;
  for (int i = 0; i < 5000; ++i) samples.push_back(0.95f * std::sin(0.1f * static_cast<float>(i)));
  write_wav(folder / "song.wav", samples, 22050);

  SndfileHandle file((folder / "song.wav").string());
  CHECK(file.samplerate() == 22050);
  CHECK(file.channels() == 1);
  CHECK(file.format() == (SF_FORMAT_WAV | SF_FORMAT_PCM_16));
  REQUIRE(file.frames() == 5000);
  std::vector<float> read(5000);
  REQUIRE(file.read(read.data(), 5000) == 5000);
  float farthest = 0;
  for (std::size_t i = 0; i < read.size(); ++i)
    farthest = std::max(farthest, std::abs(read[i] - samples[i]));
  CHECK(farthest <= 0.5f / 32768);
}

TEST_CASE("wav samples beyond full scale are clipped") {
  const test::TemporaryFolder folder;
  write_wav(folder / "loud.wav", {2, 1, -1, -2, 0}, 8000);
  SndfileHandle file((folder / "loud.wav").string());
  std::vector<short> read(5);
  REQUIRE(file.read(read.data(), 5) == 5);
  CHECK(read == std::vector<short>{32767, 32767, -32768, -32768, 0});
}

TEST_CASE("the same samples make the same wav file") {
  const test::TemporaryFolder folder;
  write_wav(folder / "a.wav", {0.1f, -0.5f}, 22050);
  write_wav(folder / "b.wav", {0.1f, -0.5f}, 22050);
  CHECK((read_file(folder / "a.wav") == read_file(folder / "b.wav")));
}

TEST_CASE("a wav file that cannot be written is an Error that names it") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(write_wav(folder / "missing" / "song.wav", {0}, 22050),
                    Contains("missing/song.wav") && Contains("No such file"));
}
