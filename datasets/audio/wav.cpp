#include "datasets/audio/wav.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sndfile.hh>

#include "kernels/support/error.h"
#include "kernels/support/files.h"

namespace tutti {
namespace {

/// Rounded to the nearest step of 1/32768. libsndfile's own conversion scales by 32767 or rounds
/// down.
std::vector<std::int16_t> quantize(const std::vector<float>& samples) {
  std::vector<std::int16_t> quantized(samples.size());
  std::ranges::transform(samples, quantized.begin(), [](float sample) {
    return static_cast<std::int16_t>(std::lrint(std::clamp(sample * 32768.0, -32768.0, 32767.0)));
  });
  return quantized;
}

}  // namespace

void write_wav(const std::filesystem::path& path, const std::vector<float>& samples,
               int sample_rate) {
  const auto quantized = quantize(samples);
  const auto count = static_cast<sf_count_t>(quantized.size());
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    SndfileHandle file(temporary.string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1,
                       sample_rate);
    if (file.error() || file.write(quantized.data(), count) != count) throw Error(file.strError());
  });
}

}  // namespace tutti
