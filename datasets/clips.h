#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/audio/spectrogram.h"
#include "datasets/media_files.h"
#include "datasets/pictures.h"
#include "engine/tensor.h"

namespace tutti {

/// A stretch of frames: a clip, or a window of one.
struct Span {
  std::int64_t first = 0, frames = 0;
};

/// Spectrograms of any length in one buffer, one clip after another. A frame is a picture's column
/// from top to bottom, high frequencies first.
struct Clips {
  std::vector<std::filesystem::path> paths;  // of those that could be used, in the order given
  Tensor frames;                             // uint8 [frames of all clips, bands]
  std::vector<Span> spans;                   // one per clip
  std::vector<BadFile> bad;
  std::string fingerprint;  // 16 hex digits of names and contents of those used; order matters

  std::int64_t bands() const { return frames.dim(1); }
  const std::uint8_t* begin(const Span& span) const {
    return frames.data<std::uint8_t>() + span.first * bands();
  }
};

/// A picture file, or a song's mel_picture of the clip (see Windows), or why there is none.
struct DecodedClip {
  GrayPicture picture;
  std::uint64_t hash = 0;  // of its name and contents
  std::string reason;      // why it cannot be used; empty if it can
};

/// Decodes files in parallel, one clip each. Paths start at `root`, which stands in no hash.
std::vector<DecodedClip> decode_clips(const std::vector<std::filesystem::path>& paths, Media media,
                                      const Progress& progress, const std::filesystem::path& root);

/// Those of them in one buffer that are as high as most.
Clips joined_clips(const std::vector<std::filesystem::path>& paths,
                   std::vector<DecodedClip> decoded);

/// Decodes picture files in parallel, as they are: nothing is resized. Those that cannot be used
/// stand in `bad`, also those of another height than most. Paths start at `root`, which stands in
/// neither names nor fingerprint.
Clips load_clips(const std::vector<std::filesystem::path>& paths, const Progress& progress = {},
                 const std::filesystem::path& root = {});

/// The same of songs' mel_picture, of the clip (see Windows).
Clips hear_clips(const std::vector<std::filesystem::path>& songs, const Progress& progress = {},
                 const std::filesystem::path& root = {});

}  // namespace tutti
