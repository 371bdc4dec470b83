#include "datasets/decoding/audio_decoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sndfile.hh>
#include <string>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr sf_count_t frames_at_once = 4096;

/// libsndfile's reason without the full stop.
std::string sndfile_reason(const SndfileHandle& file) {
  std::string reason = file.strError();
  while (reason.ends_with('.') || reason.ends_with('\n')) reason.pop_back();
  return reason;
}

}  // namespace

struct AudioDecoder::Source {
  SndfileHandle file;
  std::int64_t position = 0;  // frames read so far
  std::vector<float> block;   // [frames_at_once][channels]

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
};

AudioDecoder::AudioDecoder(int descriptor)
    : source_(new Source{SndfileHandle(descriptor, /*close_desc=*/false), 0, {}}) {
  if (source_->file.error())
    throw Error("cannot be read as audio: ", sndfile_reason(source_->file),
                "; a wav, au, flac, ogg or mp3 file is wanted");
  source_->block.resize(static_cast<std::size_t>(frames_at_once * source_->file.channels()));
}

AudioDecoder::~AudioDecoder() = default;

int AudioDecoder::sample_rate() const { return source_->file.samplerate(); }

std::int64_t AudioDecoder::frames() const { return source_->file.frames(); }

std::vector<float> AudioDecoder::read(std::int64_t frames) {
  auto& [file, position, block] = *source_;
  std::vector<float> samples;
  samples.reserve(static_cast<std::size_t>(std::clamp<sf_count_t>(file.frames(), 0, frames)));
  while (frames > 0) {
    const auto wanted = std::min(frames, frames_at_once);
    const auto got = file.readf(block.data(), wanted);
    source_->mix(got);
    samples.insert(samples.end(), block.begin(), block.begin() + got);
    position += got;
    frames -= got;
    if (got == wanted) continue;
    if (file.error())
      throw Error("is damaged after ",
                  std::floor(10.0 * static_cast<double>(position) / file.samplerate()) / 10,
                  " s: ", sndfile_reason(file));
    break;
  }
  return samples;
}

}  // namespace tutti
