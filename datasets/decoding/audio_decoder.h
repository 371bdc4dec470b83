#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace tutti {

/// Decodes an open file (wav, au, flac, ogg, mp3 or what else libsndfile reads) from its beginning,
/// as the mean of its channels. Errors say what is wrong but not the file's name: it is not audio,
/// or damaged. Runs in tutti-reader: AudioFile is for programs.
class AudioDecoder {
 public:
  explicit AudioDecoder(int file);  // stays the caller's
  ~AudioDecoder();

  int sample_rate() const;
  std::int64_t frames() const;  // as the file says

  /// The next frames, fewer at the end.
  std::vector<float> read(std::int64_t frames);

 private:
  struct Source;
  std::unique_ptr<Source> source_;
};

}  // namespace tutti
